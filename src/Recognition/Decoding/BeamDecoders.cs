using Attune.Recognition.Language;
using Attune.Recognition.Models;

namespace Attune.Recognition.Decoding;

/// <summary>Makes decoders for the requests of one model.</summary>
/// <remarks>Immutable and thread-safe. The model need not stay open.</remarks>
public sealed class BeamDecoders
{
    private readonly Vocabulary _vocabulary;
    private readonly TimeSpan _frameShift;
    private readonly DecodingOptions _options;

    /// <param name="model">Gives symbols and frames.</param>
    /// <param name="options">What requests do not say.</param>
    /// <param name="background">Language model of all requests; null for none.</param>
    /// <exception cref="ArgumentException">The language model does not fit the vocabulary.</exception>
    public BeamDecoders(Model model, DecodingOptions options, NgramModel? background)
    {
        _vocabulary = model.Vocabulary;
        _frameShift = TimeSpan.FromSeconds((double)model.Config.SamplesPerFrame / model.Preprocessing.SampleRateHz);
        _options = options;
        Background = background is null ? null : new LanguageModel(background, _vocabulary);
    }

    /// <summary>Language model of requests without one of their domain; null for none.</summary>
    public LanguageModel? Background { get; }

    /// <summary>A domain's language model, interpolated with the background.</summary>
    /// <param name="domain">Made from the domain's text.</param>
    /// <exception cref="ArgumentException">None of its words can be written with the model's symbols.</exception>
    public LanguageModel Interpolate(NgramModel domain) => Background is null
        ? new LanguageModel(domain, _vocabulary)
        : new LanguageModel(Background, domain, _options.DomainShare, _vocabulary);

    /// <summary>What the background model has to say of symbols, with the weights that finals are searched for with.</summary>
    /// <param name="beamWidth">Prefixes that the search for the transcript keeps, at least 1.</param>
    /// <returns>Null without a background model, or where it has no weight.</returns>
    public LanguageLogits? CreateLanguageLogits(int beamWidth) => Background is null || _options.LanguageModelWeight == 0
        ? null
        : new LanguageLogits(_vocabulary, new LanguageScorer(Background, _options.Weights, [], _vocabulary), beamWidth);

    /// <summary>The decoder of a request.</summary>
    /// <param name="request">What it wants.</param>
    /// <param name="language">Language model; null for none.</param>
    /// <returns>Null if it gives nothing to search for: then the best path is the answer.</returns>
    /// <exception cref="ArgumentException">A hotword cannot be written with the model's symbols, or the vocabulary has no word delimiter.</exception>
    public BeamDecoder? Create(DecodingRequest request, LanguageModel? language)
    {
        var weights = _options.Weights with
        {
            Model = request.LanguageModelWeight ?? _options.LanguageModelWeight,
            WordBonus = request.WordBonus ?? _options.WordBonus,
        };
        if (weights.Model == 0) language = null;
        if (language is null && request is { BeamWidth: null, MaxAlternatives: 1, Hotwords: [] }) return null;

        // Without a language model there is nothing that the server's word bonus would balance.
        if (language is null && request.WordBonus is null) weights = weights with { WordBonus = 0 };
        var isPlain = language is null && request.Hotwords.Count == 0 && weights.WordBonus == 0;
        return new BeamDecoder(
            _vocabulary,
            _frameShift,
            Math.Max(request.BeamWidth ?? _options.BeamWidth, request.MaxAlternatives),
            isPlain ? null : new LanguageScorer(language, weights, request.Hotwords, _vocabulary))
        {
            MaxAlternatives = request.MaxAlternatives,
            Temperature = request.Temperature ?? _options.Temperature,
        };
    }
}
