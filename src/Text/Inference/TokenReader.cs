using Attune.Recognition.Acoustic;

namespace Attune.Text.Inference;

/// <summary>Reads one text with a causal model, some tokens at a time, with the keys and values of those before.</summary>
/// <remarks>Not thread-safe; the owner disposes it. After a failure it cannot go on.</remarks>
/// <param name="model">The session; not disposed.</param>
/// <param name="parameters">A version of the adaptable parameters; null for the model's own.</param>
internal sealed class TokenReader(OnnxCausalModel model, AdaptableParameters? parameters) : IDisposable
{
    private KeyValueCache? _cache;

    /// <summary>Tokens read so far.</summary>
    public int Count => _cache?.Lengths[0] ?? 0;

    /// <summary>Reads more tokens.</summary>
    /// <param name="tokens">At least one.</param>
    /// <param name="allLogits">Logits after each of them, or after the last alone.</param>
    /// <param name="cancellationToken">Ends the pass between two operators.</param>
    /// <returns>The caller disposes; the cache stays this one's.</returns>
    public CausalPass Read(IReadOnlyList<int> tokens, bool allLogits, CancellationToken cancellationToken)
    {
        var pass = model.Run(new TokenBatch([tokens]), _cache, allLogits, parameters, cancellationToken);
        _cache?.Dispose();
        _cache = pass.Cache;
        return pass;
    }

    public void Dispose() => _cache?.Dispose();
}
