using static TorchSharp.torch;

namespace Attune.Adaptation.Training;

/// <summary>Hides spans of frames and of channels from the encoder.</summary>
/// <remarks>
/// Park et al. 2019, "SpecAugment", arXiv 1904.08779, as wav2vec 2.0 (arXiv 2006.11477, section 4.3) applies it to features: hidden
/// frames become the learnt vector <c>masked_spec_embed</c>, hidden channels zero. Spans are drawn as Hugging Face's
/// <c>_compute_mask_indices</c> does: p T' / length spans, rounded up or down at random; their starts are distinct, they may overlap.
/// </remarks>
/// <param name="options">How much is hidden.</param>
public sealed class SpecAugment(SpecAugmentOptions options)
{
    /// <summary>Hides parts of projected features.</summary>
    /// <param name="x">Shape (N, T', D).</param>
    /// <param name="embedding">What hidden frames become, shape (D).</param>
    /// <param name="frameCounts">Real frames of each row; masks lie within.</param>
    /// <param name="random">Decides where.</param>
    /// <returns>Shape (N, T', D). The caller's scope disposes.</returns>
    public Tensor Apply(Tensor x, Tensor embedding, IReadOnlyList<int> frameCounts, Random random)
    {
        var (rows, frames, channels) = (frameCounts.Count, (int)x.shape[1], (int)x.shape[2]);
        var hidden = new float[rows * frames];
        var keptChannels = new float[rows * channels];
        Array.Fill(keptChannels, 1);
        for (var row = 0; row < rows; row++)
        {
            Mark(hidden.AsSpan(row * frames, frameCounts[row]), 1, options.MaskTimeProbability, options.MaskTimeLength, options.MaskTimeMinMasks, random);
            Mark(keptChannels.AsSpan(row * channels, channels), 0, options.MaskFeatureProbability, options.MaskFeatureLength, 0, random);
        }

        var mask = tensor(hidden, [rows, frames, 1]).to(x.dtype);
        x = (x * mask.neg().Plus(1)).Plus(mask * embedding.to(x.dtype));
        return options.MaskFeatureProbability == 0 ? x : x * tensor(keptChannels, [rows, 1, channels]).to(x.dtype);
    }

    /// <summary>Writes a value over the spans that are drawn.</summary>
    internal static void Mark(Span<float> cells, float value, double probability, int length, int minimumSpans, Random random)
    {
        length = Math.Min(length, cells.Length);
        if (length == 0) return;
        var spans = Math.Max((int)((probability * cells.Length / length) + random.NextDouble()), minimumSpans);
        var starts = Enumerable.Range(0, cells.Length - length + 1).ToArray();
        random.Shuffle(starts);
        foreach (var start in starts.Take(Math.Min(spans, cells.Length / length))) cells.Slice(start, length).Fill(value);
    }
}
