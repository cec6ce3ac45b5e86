using Attune.Recognition.Language;

namespace Attune.Recognition.Decoding;

/// <summary>What one request wants of decoding. What is null is as <see cref="DecodingOptions"/> say.</summary>
public sealed record DecodingRequest
{
    /// <summary>Nothing in particular.</summary>
    public static DecodingRequest Default { get; } = new();

    /// <summary>Prefixes kept, from 1 to <see cref="DecodingOptions.MaxBeamWidth"/>. Stated, there is a beam search even where nothing else asks for one.</summary>
    public int? BeamWidth { get; init; }

    /// <summary>Most transcripts of an utterance, from 1 to <see cref="DecodingOptions.MaxAlternatives"/>. Default 1.</summary>
    public int MaxAlternatives { get; init; } = 1;

    /// <summary>Phrases that are more, or less, probable than the models think. Default none.</summary>
    public IReadOnlyList<Hotword> Hotwords { get; init; } = [];

    /// <summary>As <see cref="DecodingOptions.LanguageModelWeight"/>. 0 leaves out the language model.</summary>
    public double? LanguageModelWeight { get; init; }

    /// <summary>As <see cref="DecodingOptions.WordBonus"/>.</summary>
    public double? WordBonus { get; init; }

    /// <summary>As <see cref="DecodingOptions.Temperature"/>.</summary>
    public double? Temperature { get; init; }
}
