using System.CommandLine;
using System.Text.RegularExpressions;

namespace Attune.Cli;

/// <summary>Settings of the server on the command line, and the file with them, for commands that take them as the server does.</summary>
internal static partial class SettingsArgument
{
    /// <summary>Makes the argument <c>--Section:Key=Value</c>.</summary>
    public static Argument<string[]> Create()
    {
        var settings = new Argument<string[]>("SETTING")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Further settings of the server, in the form --Section:Key=Value, such as --Audio:MaxDuration=00:10:00.",
        };
        settings.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !Setting().IsMatch(token.Value)))
                result.AddError($"'{token.Value}' is no option, and settings must have the form --Section:Key=Value.");
        });
        return settings;
    }

    /// <summary>Makes the option <c>--config</c>.</summary>
    public static Option<FileInfo> CreateConfig()
    {
        var config = new Option<FileInfo>("--config")
        {
            HelpName = "FILE",
            Description = "JSON file with settings, in the form of appsettings.json.",
        };
        config.AcceptExistingOnly();
        return config;
    }

    [GeneratedRegex(@"^--[A-Za-z]\w*(:\w+)+=")]
    private static partial Regex Setting();
}
