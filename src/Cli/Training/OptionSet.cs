using System.CommandLine;
using System.Numerics;

namespace Attune.Cli.Training;

/// <summary>Options of the command line that set properties of an options class; defaults and ranges are the properties'.</summary>
internal sealed class OptionSet<TOptions>
    where TOptions : new()
{
    private readonly List<(Option Option, Action<ParseResult, TOptions> Apply)> _options = [];

    /// <summary>Adds a number.</summary>
    /// <inheritdoc cref="NumberOption.For{TOptions, T}(string, string, string, string)"/>
    public OptionSet<TOptions> Number<T>(string name, string helpName, string property, string description)
        where T : struct, INumber<T> => Add(NumberOption.For<TOptions, T>(name, helpName, property, description), property);

    /// <summary>Adds one of the names of an enumeration, in lower case.</summary>
    public OptionSet<TOptions> Choice<T>(string name, string property, string description)
        where T : struct, Enum
    {
        var initial = (T)typeof(TOptions).GetProperty(property)!.GetValue(new TOptions())!;
        var names = Enum.GetNames<T>().Select(text => text.ToLowerInvariant()).ToArray();
        return Add(
            new Option<T>(name)
            {
                HelpName = string.Join('|', names),
                Description = $"{description} [default: {initial.ToString().ToLowerInvariant()}]",
                CustomParser = result =>
                {
                    var text = result.Tokens[0].Value;
                    if (names.Contains(text) && Enum.TryParse<T>(text, ignoreCase: true, out var value)) return value;
                    result.AddError($"{name} must be one of {string.Join(", ", names)}. Given: '{text}'.");
                    return initial;
                },
            },
            property);
    }

    /// <summary>Adds all to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var (option, _) in _options) command.Add(option);
    }

    /// <summary>Sets the properties whose options are on the command line; the others stay as they are.</summary>
    public TOptions Apply(ParseResult parsed, TOptions target)
    {
        foreach (var (_, apply) in _options) apply(parsed, target);
        return target;
    }

    private OptionSet<TOptions> Add<T>(Option<T> option, string property)
    {
        var info = typeof(TOptions).GetProperty(property)!;
        _options.Add((option, Apply));
        return this;

        void Apply(ParseResult parsed, TOptions target)
        {
            if (parsed.GetResult(option) is { Implicit: false }) info.SetValue(target, parsed.GetValue(option));
        }
    }
}
