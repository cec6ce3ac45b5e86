using System.Globalization;
using Attune.Recognition.Decoding;
using Attune.Recognition.Language;

namespace Attune.Server.Serving;

/// <summary>The rules for decoding in requests. Whether the model can write a hotword is checked when the request has its model.</summary>
internal static class DecodingValidation
{
    /// <summary>What a request wants of decoding.</summary>
    /// <param name="config">As it came.</param>
    /// <param name="path">Of the configuration in the request.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static DecodingRequest ToDecoding(V1.RecognitionConfig config, string path, List<FieldProblem> problems)
    {
        var decoding = config.Decoding ?? new V1.DecodingConfig();
        var hotwords = config.Hotwords.Select(hotword => new Hotword(hotword.Phrase, hotword.HasBoost ? hotword.Boost : Hotword.DefaultBoost));
        if (decoding.BeamWidth is < 0 or > DecodingOptions.MaxBeamWidth)
        {
            problems.Add(new(
                $"{path}.decoding.beam_width",
                $"{path}.decoding.beam_width must be from 1 to {DecodingOptions.MaxBeamWidth}, or 0 for the server's. Given: {decoding.BeamWidth}."));
        }

        return new DecodingRequest
        {
            MaxAlternatives = ToMaxAlternatives(config.MaxAlternatives, path, problems),
            Hotwords = Check([.. hotwords], $"{path}.hotwords", problems),
            BeamWidth = decoding.BeamWidth == 0 ? null : decoding.BeamWidth,
            LanguageModelWeight = decoding.HasLanguageModelWeight
                ? Within(decoding.LanguageModelWeight, 0, 10, $"{path}.decoding.language_model_weight", problems) : null,
            WordBonus = decoding.HasWordBonus ? Within(decoding.WordBonus, -10, 10, $"{path}.decoding.word_bonus", problems) : null,
            Temperature = decoding.HasTemperature ? Within(decoding.Temperature, 0.1, 10, $"{path}.decoding.temperature", problems) : null,
        };
    }

    /// <summary>Most transcripts of an utterance.</summary>
    public static int ToMaxAlternatives(int given, string path, List<FieldProblem> problems)
    {
        if (given is < 0 or > DecodingOptions.MaxAlternatives)
        {
            problems.Add(new(
                $"{path}.max_alternatives",
                $"{path}.max_alternatives must be from 1 to {DecodingOptions.MaxAlternatives}, or 0 for 1. Given: {given}."));
        }

        return Math.Max(1, given);
    }

    /// <summary>Checks number, length and boosts of hotwords.</summary>
    /// <returns>The same.</returns>
    public static IReadOnlyList<Hotword> Check(IReadOnlyList<Hotword> hotwords, string field, List<FieldProblem> problems)
    {
        if (hotwords.Count > Hotword.MaxCount)
            problems.Add(new(field, $"{field} must be at most {Hotword.MaxCount} phrases. Given: {hotwords.Count}."));
        if (hotwords.FirstOrDefault(hotword => hotword.Phrase.Length > Hotword.MaxLength || string.IsNullOrWhiteSpace(hotword.Phrase)) is { } phrase)
            problems.Add(new(field, $"{field} must be phrases of 1 to {Hotword.MaxLength} characters. Given: {phrase.Phrase.Length}."));
        if (hotwords.FirstOrDefault(hotword => !(Math.Abs(hotword.Boost) <= Hotword.MaxBoost)) is { } boost)
        {
            problems.Add(new(
                field,
                string.Create(CultureInfo.InvariantCulture, $"{field} must be boosted by {-Hotword.MaxBoost} to {Hotword.MaxBoost}. Given: {boost.Boost}.")));
        }

        return hotwords;
    }

    private static double Within(double given, double min, double max, string field, List<FieldProblem> problems)
    {
        if (!(given >= min && given <= max))
            problems.Add(new(field, string.Create(CultureInfo.InvariantCulture, $"{field} must be from {min} to {max}. Given: {given}.")));
        return given;
    }
}
