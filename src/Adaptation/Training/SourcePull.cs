using static TorchSharp.torch;

namespace Attune.Adaptation.Training;

/// <summary>Holds parameters near those of the source: strength / 2 times the sum of importance times squared distance.</summary>
/// <remarks>
/// <para>Without importance it is L2 regularisation towards the source (L2-SP: Li, Grandvalet and Davoine 2018, arXiv 1802.01483). With
/// the diagonal of the Fisher information it is elastic weight consolidation (Kirkpatrick et al. 2017, arXiv 1612.00796,
/// equation 3).</para>
/// <para>Its gradient is added to the objective's; the value is never needed. The owner disposes it.</para>
/// </remarks>
public sealed class SourcePull : IDisposable
{
    private readonly Tensor _source;
    private readonly Tensor? _importance;
    private readonly double _strength;

    /// <param name="source">Where the pull leads, shape (1, P); copied.</param>
    /// <param name="importance">Weight of each parameter, shape (1, P), not negative; copied. Null for 1 each.</param>
    /// <param name="strength">Of the whole, not negative.</param>
    public SourcePull(Tensor source, Tensor? importance, double strength)
    {
        _source = source.detach().clone().DetachFromDisposeScope();
        _importance = importance?.detach().clone().DetachFromDisposeScope();
        _strength = strength;
    }

    /// <summary>Adds strength * importance * (parameters - source) to gradients, in place.</summary>
    public void AddGradient(Tensor gradients, Tensor parameters)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var distance = parameters.Minus(_source);
        gradients.Accumulate(_importance is null ? distance : distance * _importance, _strength);
    }

    public void Dispose()
    {
        _source.Dispose();
        _importance?.Dispose();
    }
}
