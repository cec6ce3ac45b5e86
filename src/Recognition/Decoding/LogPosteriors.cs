using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Recognition.Decoding;

/// <summary>Natural logarithms of the probabilities of each symbol in each frame, as decoders take them: every symbol without text is a blank.</summary>
internal sealed class LogPosteriors
{
    private readonly double[] _values;
    private readonly int _vocabularySize;

    /// <param name="logits">Shape (T', V).</param>
    /// <param name="temperature">What logits are divided by first.</param>
    /// <param name="vocabulary">Says which symbols have text.</param>
    public LogPosteriors(Logits logits, double temperature, Vocabulary vocabulary)
    {
        _vocabularySize = logits.VocabularySize;
        _values = new double[logits.Values.Length];
        AnyBlank = new double[logits.FrameCount];
        BestBlank = new double[logits.FrameCount];
        for (var frame = 0; frame < logits.FrameCount; frame++)
        {
            var values = _values.AsSpan(frame * _vocabularySize, _vocabularySize);
            Normalize(logits.Frame(frame), temperature, values);
            var (any, best) = (double.NegativeInfinity, double.NegativeInfinity);
            for (var symbol = 0; symbol < values.Length; symbol++)
            {
                if (symbol == vocabulary.WordDelimiterId || !vocabulary.IsSpecial(symbol)) continue;
                any = LogMath.Add(any, values[symbol]);
                best = Math.Max(best, values[symbol]);
            }

            (AnyBlank[frame], BestBlank[frame]) = (any, best);
        }
    }

    /// <summary>Frames T'.</summary>
    public int FrameCount => AnyBlank.Length;

    /// <summary>Of each frame: all symbols without text together.</summary>
    public double[] AnyBlank { get; }

    /// <summary>Of each frame: the most probable symbol without text.</summary>
    public double[] BestBlank { get; }

    /// <summary>Of each symbol in a frame, those without text included.</summary>
    public ReadOnlySpan<double> Frame(int frame) => _values.AsSpan(frame * _vocabularySize, _vocabularySize);

    private static void Normalize(ReadOnlySpan<float> logits, double temperature, Span<double> values)
    {
        var largest = double.NegativeInfinity;
        for (var symbol = 0; symbol < logits.Length; symbol++)
        {
            values[symbol] = logits[symbol] / temperature;
            largest = Math.Max(largest, values[symbol]);
        }

        var sum = 0.0;
        foreach (var value in values) sum += Math.Exp(value - largest);
        var total = largest + Math.Log(sum);
        for (var symbol = 0; symbol < values.Length; symbol++) values[symbol] -= total;
    }
}
