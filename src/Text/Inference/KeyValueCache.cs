using Microsoft.ML.OnnxRuntime;

namespace Attune.Text.Inference;

/// <summary>Keys and values of the tokens that a causal model has read: with them the next pass reads the new tokens alone.</summary>
/// <remarks>A pass makes a new one and leaves this as it is. The owner disposes it. Reading is thread-safe.</remarks>
public sealed class KeyValueCache : IDisposable
{
    private readonly OrtValue[] _values;

    /// <param name="values">Key and value of each layer, shape (N, heads, P, D / heads). Owned.</param>
    /// <param name="places">Of each row, which of the P places hold a token.</param>
    internal KeyValueCache(OrtValue[] values, IReadOnlyList<IReadOnlyList<bool>> places)
    {
        _values = values;
        Places = places;
        Lengths = [.. places.Select(row => row.Count(isToken => isToken))];
    }

    /// <summary>Tokens of each row.</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>Of each row, which of the P places hold a token: the others are padding.</summary>
    internal IReadOnlyList<IReadOnlyList<bool>> Places { get; }

    /// <summary>Key and value of each layer in turn.</summary>
    internal IReadOnlyList<OrtValue> Values => _values;

    public void Dispose()
    {
        foreach (var value in _values) value.Dispose();
    }
}
