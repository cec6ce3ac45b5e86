using System.Buffers;
using Attune.Recognition.Models;

namespace Attune.Recognition.Decoding;

/// <summary>Which frames a transcript's symbols lie on: the most probable of its alignments.</summary>
/// <remarks>
/// Viterbi over the 2 L + 1 states of CTC (Graves et al. 2006, section 4.1). Around words delimiters may stand for blanks, since more of them, or some at the
/// ends, give the same text. Time and memory are those of T' times L.
/// </remarks>
internal static class CtcAlignment
{
    /// <summary>Aligns symbols.</summary>
    /// <param name="posteriors">Of T' frames.</param>
    /// <param name="symbols">Symbols of text with single delimiters between words; there are frames enough for them.</param>
    /// <param name="vocabulary">Says which is the delimiter.</param>
    public static SymbolRun[] Align(LogPosteriors posteriors, ReadOnlySpan<int> symbols, Vocabulary vocabulary)
    {
        if (symbols.Length == 0) return [];
        var states = (2 * symbols.Length) + 1;
        var steps = ArrayPool<byte>.Shared.Rent(states * posteriors.FrameCount);
        try
        {
            var state = Search(posteriors, symbols, vocabulary.WordDelimiterId ?? -1, steps);
            var ends = new int[symbols.Length];
            var starts = new int[symbols.Length];
            for (var frame = posteriors.FrameCount - 1; frame >= 0; frame--)
            {
                if (state % 2 == 1)
                {
                    if (ends[state / 2] == 0) ends[state / 2] = frame + 1;
                    starts[state / 2] = frame;
                }

                state -= steps[(frame * states) + state];
            }

            var runs = new SymbolRun[symbols.Length];
            for (var i = 0; i < runs.Length; i++) runs[i] = new(symbols[i], starts[i], ends[i], MeanProbability(posteriors, symbols[i], starts[i], ends[i]));
            return runs;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(steps);
        }
    }

    /// <summary>The last state of the best alignment; <paramref name="steps"/> says how far back each state's best predecessor is.</summary>
    private static int Search(LogPosteriors posteriors, ReadOnlySpan<int> symbols, int delimiter, byte[] steps)
    {
        var states = (2 * symbols.Length) + 1;
        var scores = new double[states];
        Array.Fill(scores, double.NegativeInfinity);
        for (var frame = 0; frame < posteriors.FrameCount; frame++)
        {
            var values = posteriors.Frame(frame);
            var blank = posteriors.BestBlank[frame];
            var gap = delimiter < 0 ? blank : Math.Max(blank, values[delimiter]);
            for (var state = states - 1; state >= 0; state--) // downwards: predecessors are still those of the frame before
            {
                var isGap = state == 0 || state == states - 1 || (state % 2 == 0 && symbols[(state / 2) - 1] == delimiter);
                var emission = state % 2 == 1 ? values[symbols[state / 2]] : isGap ? gap : blank;
                byte step = 0;
                var best = frame == 0 ? (state <= 1 ? 0 : double.NegativeInfinity) : scores[state];
                if (frame > 0 && state >= 1 && scores[state - 1] > best) (best, step) = (scores[state - 1], 1);
                if (frame > 0 && state >= 3 && state % 2 == 1 && symbols[state / 2] != symbols[(state / 2) - 1] && scores[state - 2] > best)
                    (best, step) = (scores[state - 2], 2);
                scores[state] = best + emission;
                steps[(frame * states) + state] = step;
            }
        }

        return scores[states - 1] > scores[states - 2] ? states - 1 : states - 2;
    }

    private static double MeanProbability(LogPosteriors posteriors, int symbol, int start, int end)
    {
        var sum = 0.0;
        for (var frame = start; frame < end; frame++) sum += Math.Exp(posteriors.Frame(frame)[symbol]);
        return sum / (end - start);
    }
}
