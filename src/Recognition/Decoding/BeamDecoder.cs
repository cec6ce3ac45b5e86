using Attune.Recognition.Acoustic;
using Attune.Recognition.Language;
using Attune.Recognition.Models;

namespace Attune.Recognition.Decoding;

/// <summary>CTC prefix beam search: the transcripts that are most probable over all their alignments, with what is known of the language.</summary>
/// <remarks>
/// <para>Hannun et al. 2014 (arXiv 1408.2873), algorithm 1, with the language added in the logarithm (shallow fusion). For each frame, prefixes are kept with the
/// probability of their alignments that end in a blank and of those that end in their last symbol. As in <see cref="GreedyDecoder"/>, symbols without text are
/// blanks; delimiters at the ends and several in a row are one text, so that prefixes are texts.</para>
/// <para>With enough width and no limits an acoustic score is exactly the logarithm of the sum over all alignments. A beam of width 1 has no two prefixes to
/// compare sums of; it follows the best alignment instead, and without language it finds what <see cref="GreedyDecoder"/> finds (ties apart).</para>
/// <para>Times and confidences are those of each transcript's best alignment, computed as <see cref="GreedyDecoder"/> does, whatever the temperature.
/// Immutable and thread-safe.</para>
/// </remarks>
public sealed class BeamDecoder
{
    /// <summary>Symbols whose natural logarithm is below this are left out of a frame, its most probable symbol excepted.</summary>
    public const double DefaultSymbolFloor = -9;

    /// <summary>Prefixes that score less than the best by more than this are dropped.</summary>
    public const double DefaultScoreGap = 16;

    private readonly Vocabulary _vocabulary;
    private readonly TimeSpan _frameShift;
    private readonly LanguageScorer? _language;

    /// <param name="vocabulary">Symbols of the model.</param>
    /// <param name="frameShift">From one frame to the next.</param>
    /// <param name="width">Prefixes kept from frame to frame, at least 1.</param>
    /// <param name="language">What is known of the language; null for nothing.</param>
    public BeamDecoder(Vocabulary vocabulary, TimeSpan frameShift, int width, LanguageScorer? language = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        _vocabulary = vocabulary;
        _frameShift = frameShift;
        _language = language;
        Width = width;
    }

    /// <summary>Prefixes kept from frame to frame.</summary>
    public int Width { get; }

    /// <summary>Most transcripts of an utterance, at least 1. Default 1. There are no more than <see cref="Width"/>.</summary>
    public int MaxAlternatives { get; init; } = 1;

    /// <summary>What logits are divided by before the search's softmax; above 0. Default 1.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>See <see cref="DefaultSymbolFloor"/>, the default. Minus infinity leaves out nothing.</summary>
    public double SymbolFloor { get; init; } = DefaultSymbolFloor;

    /// <summary>See <see cref="DefaultScoreGap"/>, the default. Infinity drops nothing.</summary>
    public double ScoreGap { get; init; } = DefaultScoreGap;

    /// <summary>Decodes one utterance.</summary>
    /// <param name="logits">Shape (T', V).</param>
    /// <param name="offset">Added to every time: where the utterance starts in its recording.</param>
    /// <returns>The best first; at least one.</returns>
    public IReadOnlyList<Alternative> Decode(Logits logits, TimeSpan offset = default)
    {
        var heard = new LogPosteriors(logits, temperature: 1, _vocabulary);
        var posteriors = Temperature == 1 ? heard : new LogPosteriors(logits, Temperature, _vocabulary);
        var search = new BeamSearch(_vocabulary, Width, SymbolFloor, ScoreGap, _language);
        for (var frame = 0; frame < posteriors.FrameCount; frame++)
            search.Advance(posteriors.Frame(frame), search.IsBestPath ? posteriors.BestBlank[frame] : posteriors.AnyBlank[frame]);

        return [.. search.Finish().Take(MaxAlternatives).Select(found => new Alternative(
            SymbolRun.ToTranscript(CtcAlignment.Align(heard, found.Symbols, _vocabulary), _vocabulary, _frameShift, offset),
            found.Acoustic,
            found.Language))];
    }
}
