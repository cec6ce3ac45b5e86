using System.Text;
using Attune.Recognition.Models;

namespace Attune.Recognition.Decoding;

/// <summary>A symbol with the frames that were merged into it.</summary>
/// <param name="Id">In the vocabulary.</param>
/// <param name="Start">First frame.</param>
/// <param name="End">Frame behind the last.</param>
/// <param name="Probability">Mean over the frames.</param>
internal readonly record struct SymbolRun(int Id, int Start, int End, double Probability)
{
    /// <summary>The transcript of symbols in order, words being what stands between delimiters.</summary>
    /// <param name="runs">Symbols of text and delimiters.</param>
    /// <param name="vocabulary">Their tokens.</param>
    /// <param name="frameShift">From one frame to the next.</param>
    /// <param name="offset">Added to every time.</param>
    public static Transcript ToTranscript(IEnumerable<SymbolRun> runs, Vocabulary vocabulary, TimeSpan frameShift, TimeSpan offset)
    {
        var words = new List<Word>();
        var symbols = new List<SymbolRun>();
        var logProbabilitySum = 0.0;
        var count = 0;
        foreach (var run in runs)
        {
            if (run.Id == vocabulary.WordDelimiterId)
            {
                EndWord();
                continue;
            }

            symbols.Add(run);
            logProbabilitySum += Math.Log(run.Probability);
            count++;
        }

        EndWord();
        return count == 0
            ? Transcript.Empty
            : new Transcript(string.Join(' ', words.Select(word => word.Text)), words, Math.Exp(logProbabilitySum / count));

        void EndWord()
        {
            if (symbols.Count == 0) return;
            var text = new StringBuilder();
            foreach (var symbol in symbols) text.Append(vocabulary.Token(symbol.Id));
            var confidence = Math.Exp(symbols.Average(symbol => Math.Log(symbol.Probability)));
            words.Add(new(text.ToString(), offset + (symbols[0].Start * frameShift), offset + (symbols[^1].End * frameShift), confidence));
            symbols.Clear();
        }
    }
}
