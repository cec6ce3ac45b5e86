using Attune.Recognition.Acoustic;

namespace Attune.Adaptation.Fast;

/// <summary>AdamW's memory of the gradients so far, for one version of the adaptable parameters.</summary>
/// <remarks>Immutable.</remarks>
public sealed class OptimizerMoments
{
    /// <param name="first">Exponential mean of the gradients, packed as the parameters' <see cref="ParameterLayout"/> says. Not copied.</param>
    /// <param name="second">Exponential mean of their squares, packed alike. Not copied.</param>
    /// <param name="steps">Steps that made them, from 1; bias correction depends on it.</param>
    public OptimizerMoments(ReadOnlyMemory<float> first, ReadOnlyMemory<float> second, int steps)
    {
        if (first.Length != second.Length)
            throw new ArgumentException($"Both moments must be of one length. Given: {first.Length} and {second.Length} values.", nameof(second));
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);

        First = first;
        Second = second;
        Steps = steps;
    }

    /// <summary>Exponential mean of the gradients.</summary>
    public ReadOnlyMemory<float> First { get; }

    /// <summary>Exponential mean of the squared gradients.</summary>
    public ReadOnlyMemory<float> Second { get; }

    /// <summary>Steps that made them.</summary>
    public int Steps { get; }
}
