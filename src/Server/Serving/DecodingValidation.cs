using System.Globalization;
using System.Text;
using Attune.Evaluation;
using Attune.Recognition.Decoding;
using Attune.Recognition.Language;
using Attune.Server.Domains;
using Attune.Server.State;

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
        if (decoding.BeamWidth is < 0 or > DecodingOptions.MaxBeamWidth)
        {
            problems.Add(new(
                $"{path}.decoding.beam_width",
                $"{path}.decoding.beam_width must be from 1 to {DecodingOptions.MaxBeamWidth}, or 0 for the server's. Given: {decoding.BeamWidth}."));
        }

        return new DecodingRequest
        {
            MaxAlternatives = ToMaxAlternatives(config.MaxAlternatives, path, problems),
            Hotwords = Check([.. config.Hotwords.Select(ToHotword)], $"{path}.hotwords", problems),
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

    /// <summary>What a domain is told of its language.</summary>
    /// <param name="request">As it came.</param>
    /// <param name="expiry">Time after which it is gone, if the request does not say.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidRequestException">Fields are wrong; it lists all of them.</exception>
    public static StoredLanguage ToLanguage(V1.SetDomainLanguageRequest request, TimeSpan expiry, DateTimeOffset now)
    {
        var problems = new List<FieldProblem>();
        var bytes = Encoding.UTF8.GetByteCount(request.Text);
        if (bytes > DomainLanguages.MaxTextBytes)
            problems.Add(new("text", $"text must be at most {DomainLanguages.MaxTextBytes} bytes of UTF-8. Given: {bytes}."));
        if (request.Hotwords.Count == 0 && TextNormalizer.Words(request.Text).Count == 0)
            problems.Add(new("text", "text must have a word where there are no hotwords. To delete what there is, use DeleteDomainLanguage."));
        var ttl = request.Ttl is null ? expiry : RequestValidation.ToTimeSpan(request.Ttl);
        if (ttl is null || ttl < TimeSpan.FromMinutes(1) || ttl > TimeSpan.FromDays(365))
            problems.Add(new("ttl", $"ttl must be from 1 minute to 365 days. Given: {request.Ttl?.Seconds} s and {request.Ttl?.Nanos} ns."));
        var hotwords = Check([.. request.Hotwords.Select(ToHotword)], "hotwords", problems);
        return problems.Count == 0 ? new StoredLanguage(now, now + ttl!.Value, request.Text, hotwords) : throw new InvalidRequestException(problems);
    }

    private static Hotword ToHotword(V1.Hotword hotword) => new(hotword.Phrase, hotword.HasBoost ? hotword.Boost : Hotword.DefaultBoost);

    private static double Within(double given, double min, double max, string field, List<FieldProblem> problems)
    {
        if (!(given >= min && given <= max))
            problems.Add(new(field, string.Create(CultureInfo.InvariantCulture, $"{field} must be from {min} to {max}. Given: {given}.")));
        return given;
    }
}
