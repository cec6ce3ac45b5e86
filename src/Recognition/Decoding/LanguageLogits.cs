using Attune.Recognition.Acoustic;
using Attune.Recognition.Language;
using Attune.Recognition.Models;

namespace Attune.Recognition.Decoding;

/// <summary>What language has to say of each symbol in each frame, if what was said so far is what a beam search takes for the transcript.</summary>
/// <remarks>
/// <para>(1) A beam search with the language finds the best transcript; (2) its most probable alignment says what was written before each frame; (3) a symbol that
/// would go on writing gets what that adds to the language's score, and one that would not, such as the blank or the symbol of the frame before, gets 0.</para>
/// <para>Immutable and thread-safe.</para>
/// </remarks>
public sealed class LanguageLogits
{
    private readonly Vocabulary _vocabulary;
    private readonly LanguageScorer _language;
    private readonly int _width;

    /// <param name="vocabulary">Symbols of the model.</param>
    /// <param name="language">What is known of the language.</param>
    /// <param name="width">Prefixes that the search keeps from frame to frame, at least 1.</param>
    public LanguageLogits(Vocabulary vocabulary, LanguageScorer language, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        _vocabulary = vocabulary;
        _language = language;
        _width = width;
    }

    /// <summary>Natural logarithms for one utterance, row-major, shape (T', V).</summary>
    /// <param name="logits">Shape (T', V).</param>
    public float[] Along(Logits logits)
    {
        var posteriors = new LogPosteriors(logits, temperature: 1, _vocabulary);
        var search = new BeamSearch(_vocabulary, _width, BeamDecoder.DefaultSymbolFloor, BeamDecoder.DefaultScoreGap, _language);
        for (var frame = 0; frame < posteriors.FrameCount; frame++)
            search.Advance(posteriors.Frame(frame), search.IsBestPath ? posteriors.BestBlank[frame] : posteriors.AnyBlank[frame]);
        return Along(CtcAlignment.Align(posteriors, search.Finish()[0].Symbols, _vocabulary), logits.FrameCount);
    }

    private float[] Along(ReadOnlySpan<SymbolRun> runs, int frameCount)
    {
        var values = new float[frameCount * _vocabulary.Count];
        var state = _language.Begin;
        var (run, before, isGap) = (0, -1, true); // the run that comes or goes on, the symbol of the frame before, whether no word has begun
        for (var frame = 0; frame < frameCount; frame++)
        {
            Score(state, before, isGap, values.AsSpan(frame * _vocabulary.Count, _vocabulary.Count));
            while (run < runs.Length && runs[run].End <= frame) run++;
            if (run == runs.Length || frame < runs[run].Start)
            {
                before = -1;
                continue;
            }

            before = runs[run].Id;
            if (frame > runs[run].Start) continue;
            state = _language.Next(state, before);
            isGap = before == _vocabulary.WordDelimiterId;
        }

        return values;
    }

    private void Score(in LanguageState state, int before, bool isGap, Span<float> values)
    {
        var soFar = _language.ScoreOf(state);
        for (var symbol = 0; symbol < values.Length; symbol++)
        {
            var isDelimiter = symbol == _vocabulary.WordDelimiterId;
            var writes = symbol != before && (isDelimiter ? !isGap : !_vocabulary.IsSpecial(symbol));
            values[symbol] = writes ? (float)(_language.ScoreOf(_language.Next(state, symbol)) - soFar) : 0;
        }
    }
}
