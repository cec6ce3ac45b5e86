using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace Attune.Adaptation.Network;

/// <summary>Copies of a model's frozen weights in bfloat16, each made when it is first multiplied with: half the memory of what they are copies of.</summary>
/// <remarks>Thread-safe. The owner disposes it after the last pass.</remarks>
internal sealed class RoundedWeights : IDisposable
{
    /// <summary>Their type.</summary>
    public const ScalarType Type = ScalarType.BFloat16;

    private readonly ConcurrentDictionary<string, Lazy<Tensor>> _copies = new(StringComparer.Ordinal);

    /// <summary>Memory of the copies that there are.</summary>
    public long SizeBytes => _copies.Values.Where(copy => copy.IsValueCreated).Sum(copy => copy.Value.numel() * copy.Value.element_size());

    /// <summary>The copy of some weights, not to be disposed.</summary>
    /// <param name="name">Tells them from others.</param>
    /// <param name="values">They themselves; never others by the same name.</param>
    public Tensor Of(string name, Tensor values) => _copies.GetOrAdd(name, static (_, values) => new Lazy<Tensor>(() => Round(values)), values).Value;

    public void Dispose()
    {
        foreach (var copy in _copies.Values.Where(copy => copy.IsValueCreated)) copy.Value.Dispose();
    }

    private static Tensor Round(Tensor values)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        return values.to(Type).DetachFromDisposeScope();
    }
}
