using System.CommandLine;
using System.CommandLine.Parsing;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Attune.Recognition.Decoding;
using Attune.Recognition.Language;

namespace Attune.Cli;

/// <summary>Options of what is known of the language.</summary>
internal sealed class DecodingArguments
{
    private readonly Option<string> _languageModel = new("--lm")
    {
        HelpName = "FILE",
        Description = "Language model in ARPA format, gzip or not; attune lm makes one.",
    };

    private readonly Option<Hotword[]> _hotwords = new("--hotword")
    {
        HelpName = "PHRASE",
        Description = $"A word or phrase that is more probable than the models think, or PHRASE=BOOST, with a boost from {-Hotword.MaxBoost} to "
            + $"{Hotword.MaxBoost}; {Hotword.DefaultBoost} if none is given. May be repeated.",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => [.. result.Tokens.Select(token => ParseHotword(token.Value, result))],
    };

    private readonly Option<int> _beam = NumberOption.Create<int>(
        "--beam", "N", new RangeAttribute(1, DecodingOptions.MaxBeamWidth), "Prefixes that the search for the final keeps.");

    private readonly Option<double> _weight = NumberOption.For<DecodingOptions, double>(
        "--lm-weight", "W", nameof(DecodingOptions.LanguageModelWeight), "Weight of the language model's logarithm beside the acoustic one.");

    private readonly Option<double> _bonus = NumberOption.For<DecodingOptions, double>(
        "--word-bonus", "B", nameof(DecodingOptions.WordBonus), "Natural logarithm added for each word, where there is a language model.");

    private readonly Option<double> _unknown = NumberOption.For<DecodingOptions, double>(
        "--unknown-word", "U", nameof(DecodingOptions.UnknownWord), "Natural logarithm added for each word that the language model does not have.");

    private readonly Option<double> _temperature = NumberOption.For<DecodingOptions, double>(
        "--temperature", "T", nameof(DecodingOptions.Temperature), "What logits are divided by before the search; above 1 the language has more say.");

    private readonly Option<int> _alternatives = NumberOption.Create<int>(
        "--alternatives", "N", new RangeAttribute(1, DecodingOptions.MaxAlternatives), "Most transcripts of each utterance.");

    /// <summary>Adds those of a command that recognises.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _languageModel, _hotwords, _beam, _alternatives, _weight, _bonus, _unknown, _temperature }) command.Add(option);
    }

    /// <summary>Adds those of a command whose strategies say the rest.</summary>
    public void AddShared(Command command)
    {
        foreach (var option in new Option[] { _languageModel, _hotwords, _unknown }) command.Add(option);
    }

    /// <summary>Settings on a command line without errors.</summary>
    public DecodingOptions ReadOptions(ParseResult parsed) => new()
    {
        LanguageModel = parsed.GetValue(_languageModel),
        UnknownWord = parsed.GetValue(_unknown),
    };

    /// <summary>The hotwords.</summary>
    public IReadOnlyList<Hotword> ReadHotwords(ParseResult parsed) => parsed.GetValue(_hotwords) ?? [];

    /// <summary>What is wanted of decoding.</summary>
    public DecodingRequest ReadRequest(ParseResult parsed) => new()
    {
        Hotwords = ReadHotwords(parsed),
        BeamWidth = parsed.GetResult(_beam) is null ? null : parsed.GetValue(_beam),
        MaxAlternatives = parsed.GetResult(_alternatives) is null ? 1 : parsed.GetValue(_alternatives),
        LanguageModelWeight = parsed.GetValue(_weight),
        WordBonus = parsed.GetResult(_bonus) is { Implicit: false } ? parsed.GetValue(_bonus) : null,
        Temperature = parsed.GetValue(_temperature),
    };

    private static Hotword ParseHotword(string text, SymbolResult result)
    {
        var equals = text.LastIndexOf('=');
        var phrase = equals < 0 ? text : text[..equals];
        var boost = Hotword.DefaultBoost;
        if (phrase.Trim().Length is 0 or > Hotword.MaxLength
            || (equals >= 0 && !(double.TryParse(text[(equals + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out boost) && Math.Abs(boost) <= Hotword.MaxBoost)))
        {
            result.AddError($"--hotword must be a phrase of 1 to {Hotword.MaxLength} characters, and may have '=' and a boost from {-Hotword.MaxBoost} to {Hotword.MaxBoost}. Given: '{text}'.");
        }

        return new Hotword(phrase.Trim(), boost);
    }
}
