using System.Text;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Recognition.Decoding;

/// <summary>Best-path CTC decoding: the most probable symbol of each frame, repetitions merged, blanks dropped.</summary>
/// <remarks>
/// <para>Graves et al. 2006, section 3.2. Special symbols (blank, sentence marks, unknown) separate repetitions and give no text.</para>
/// <para>A symbol's probability is the mean of its softmax probabilities over the frames that were merged into it. A word's
/// confidence is the geometric mean over its symbols; the transcript's the same over all its symbols.</para>
/// <para>Frame t covers the time from t to t + 1 times the product of the convolution strides. Immutable and thread-safe.</para>
/// </remarks>
public sealed class GreedyDecoder(Vocabulary vocabulary, TimeSpan frameShift)
{
    /// <summary>Decodes one utterance.</summary>
    /// <param name="logits">Shape (T', V).</param>
    /// <param name="offset">Added to every time: where the utterance starts in its recording.</param>
    public Transcript Decode(Logits logits, TimeSpan offset = default)
    {
        var words = new List<Word>();
        var symbols = new List<Symbol>();
        var logProbabilitySum = 0.0;
        var count = 0;
        foreach (var symbol in MergeFrames(logits))
        {
            if (symbol.Id == vocabulary.WordDelimiterId)
            {
                EndWord(symbols, offset, words);
                continue;
            }

            symbols.Add(symbol);
            logProbabilitySum += Math.Log(symbol.Probability);
            count++;
        }

        EndWord(symbols, offset, words);
        return count == 0
            ? Transcript.Empty
            : new Transcript(string.Join(' ', words.Select(word => word.Text)), words, Math.Exp(logProbabilitySum / count));
    }

    private IEnumerable<Symbol> MergeFrames(Logits logits)
    {
        for (var start = 0; start < logits.FrameCount;)
        {
            var id = logits.MostProbable(start);
            var end = start;
            var probability = 0.0;
            for (; end < logits.FrameCount && logits.MostProbable(end) == id; end++) probability += logits.Probability(end, id);
            if (id == vocabulary.WordDelimiterId || !vocabulary.IsSpecial(id)) yield return new(id, start, end, probability / (end - start));
            start = end;
        }
    }

    private void EndWord(List<Symbol> symbols, TimeSpan offset, List<Word> words)
    {
        if (symbols.Count == 0) return;
        var text = new StringBuilder();
        foreach (var symbol in symbols) text.Append(vocabulary.Token(symbol.Id));
        var confidence = Math.Exp(symbols.Average(symbol => Math.Log(symbol.Probability)));
        words.Add(new(text.ToString(), offset + (symbols[0].Start * frameShift), offset + (symbols[^1].End * frameShift), confidence));
        symbols.Clear();
    }

    private readonly record struct Symbol(int Id, int Start, int End, double Probability);
}
