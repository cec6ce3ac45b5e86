using System.CommandLine;
using System.ComponentModel.DataAnnotations;
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

    private readonly Option<Hotword[]> _hotwords = HotwordOption.Create();

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
}
