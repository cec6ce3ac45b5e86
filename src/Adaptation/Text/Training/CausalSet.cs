using Attune.Adaptation.Network;

namespace Attune.Adaptation.Text.Training;

/// <summary>Something that is measured at each validation and never trained on.</summary>
/// <param name="name">For reports.</param>
/// <param name="isGuard">Whether it is what must not be forgotten.</param>
public abstract class CausalSet(string name, bool isGuard)
{
    /// <summary>For reports.</summary>
    public string Name { get; } = name;

    /// <summary>Whether it is what must not be forgotten: it decides nothing.</summary>
    public bool IsGuard { get; } = isGuard;

    /// <summary>Names of the figures that it has, for the learning curve, in the order of <see cref="CausalFigures"/>.</summary>
    public abstract IReadOnlyList<string> Columns { get; }

    /// <summary>Takes from the source model what measuring needs of it.</summary>
    internal virtual void Prepare(Gpt2Network network)
    {
    }

    /// <summary>Measures.</summary>
    /// <param name="network">The source model.</param>
    /// <param name="parameters">Values in place of its own.</param>
    internal abstract CausalFigures Measure(Gpt2Network network, ParameterTensors parameters);
}
