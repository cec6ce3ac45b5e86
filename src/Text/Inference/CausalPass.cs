using Microsoft.ML.OnnxRuntime;

namespace Attune.Text.Inference;

/// <summary>What a causal model says of a batch. Owns native memory: the caller disposes it, and the cache by itself.</summary>
/// <remarks>Reading is thread-safe.</remarks>
public sealed class CausalPass : IDisposable
{
    private readonly OrtValue _logits;
    private readonly OrtValue _hidden;
    private readonly int _vocabularySize;
    private readonly int _hiddenSize;
    private readonly int _selected;
    private readonly int _longest;

    internal CausalPass(OrtValue logits, OrtValue hidden, KeyValueCache cache, int selected, int longest, int vocabularySize, int hiddenSize)
    {
        (_logits, _hidden, Cache) = (logits, hidden, cache);
        (_selected, _longest, _vocabularySize, _hiddenSize) = (selected, longest, vocabularySize, hiddenSize);
    }

    /// <summary>Of all tokens so far, for the next pass. Not disposed with this.</summary>
    public KeyValueCache Cache { get; }

    /// <summary>Unnormalised log-probabilities, V of them, of what follows a token.</summary>
    /// <param name="row">Text.</param>
    /// <param name="index">Its token in the batch; 0 where only those after the last token were asked for.</param>
    public ReadOnlySpan<float> Logits(int row, int index) =>
        _logits.GetTensorDataAsSpan<float>().Slice(((row * _selected) + index) * _vocabularySize, _vocabularySize);

    /// <summary>What leaves the last layer for a token of the batch: D values.</summary>
    public ReadOnlySpan<float> Hidden(int row, int token) =>
        _hidden.GetTensorDataAsSpan<float>().Slice(((row * _longest) + token) * _hiddenSize, _hiddenSize);

    public void Dispose()
    {
        _logits.Dispose();
        _hidden.Dispose();
    }
}
