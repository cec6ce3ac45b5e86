using System.Numerics.Tensors;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;

namespace Attune.Adaptation.Collapse;

/// <summary>Looks for signs of collapse in one output, or one version of the parameters. Measures only; what follows is the caller's.</summary>
/// <remarks>Thread-safe. Takes microseconds beside a forward pass.</remarks>
/// <param name="blankId">Index of the CTC blank.</param>
/// <param name="options">Bounds.</param>
public sealed class OutputCheck(int blankId, CollapseOptions options)
{
    /// <summary>The first sign that an output shows, in the order of <see cref="CollapseSign"/>; null if it shows none.</summary>
    /// <param name="logits">Shape (T', V).</param>
    /// <param name="transcript">What was decoded from them.</param>
    public CollapseSign? Find(Logits logits, Transcript transcript)
    {
        if (!options.Enabled) return null;
        if (!logits.AreFinite) return CollapseSign.NotFinite;
        var blankRatio = logits.BlankRatio(blankId);
        if (blankRatio >= options.MaxBlankRatio) return CollapseSign.Blank;
        // A lone letter is a few frames among blanks; weights that say the same in every frame leave none.
        if (IsRepeated(transcript.Text.Where(symbol => symbol != ' '), blankRatio < 0.5 ? 0 : options.RepetitionsFrom)) return CollapseSign.RepeatedSymbol;
        if (IsRepeated(transcript.Words.Select(word => word.Text), options.RepetitionsFrom)) return CollapseSign.RepeatedWord;
        var entropy = MeanEntropyNats(logits);
        if (entropy < options.MinEntropyNats) return CollapseSign.EntropyBelowFloor;
        return entropy > options.MaxEntropyShare * Math.Log(logits.VocabularySize) ? CollapseSign.EntropyAboveCeiling : null;
    }

    /// <summary>Whether parameters are further from the model's than is allowed, or not all numbers.</summary>
    public CollapseSign? Find(AdaptableParameters source, AdaptableParameters parameters)
    {
        if (!options.Enabled) return null;
        var drift = Drift(source, parameters);
        return !double.IsFinite(drift) ? CollapseSign.NotFinite : drift > options.MaxDrift ? CollapseSign.Drift : null;
    }

    /// <summary>Distance of parameters from the model's, divided by the length of the model's: |a - b| / |b|.</summary>
    public static double Drift(AdaptableParameters source, AdaptableParameters parameters) =>
        TensorPrimitives.Distance(parameters.Values.Span, source.Values.Span) / (double)TensorPrimitives.Norm(source.Values.Span);

    /// <summary>Mean entropy of the frames' distributions, in nats, at temperature 1.</summary>
    public static double MeanEntropyNats(Logits logits)
    {
        var sum = 0.0;
        for (var frame = 0; frame < logits.FrameCount; frame++) sum += EntropyNats(logits.Frame(frame));
        return sum / logits.FrameCount;
    }

    /// <summary>With x = z - max z and S = sum of exp x: ln S - (sum of x exp x) / S.</summary>
    private static double EntropyNats(ReadOnlySpan<float> logits)
    {
        var largest = TensorPrimitives.Max(logits);
        double sum = 0, weighted = 0;
        foreach (var logit in logits)
        {
            double x = logit - largest;
            var power = Math.Exp(x);
            sum += power;
            weighted += x * power;
        }

        return Math.Log(sum) - (weighted / sum);
    }

    private static bool IsRepeated<T>(IEnumerable<T> items, int from)
    {
        var (count, distinct) = (0, new HashSet<T>());
        foreach (var item in items)
        {
            count++;
            if (distinct.Add(item) && distinct.Count > 1) return false;
        }

        return count >= from;
    }
}
