using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Attune.Recognition.Language;

namespace Attune.Cli;

/// <summary><c>--hotword PHRASE[=BOOST]</c>, which may be repeated.</summary>
internal static class HotwordOption
{
    public static Option<Hotword[]> Create() => new("--hotword")
    {
        HelpName = "PHRASE",
        Description = $"A word or phrase that is more probable than the models think, or PHRASE=BOOST, with a boost from {-Hotword.MaxBoost} to "
            + $"{Hotword.MaxBoost}; {Hotword.DefaultBoost} if none is given. May be repeated.",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => [.. result.Tokens.Select(token => Parse(token.Value, result))],
    };

    private static Hotword Parse(string text, SymbolResult result)
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
