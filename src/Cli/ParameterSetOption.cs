using System.CommandLine;
using Attune.Recognition.Acoustic;

namespace Attune.Cli;

/// <summary>The option <c>--parameters</c> of every command that changes a model.</summary>
internal static class ParameterSetOption
{
    /// <summary>Makes it.</summary>
    /// <param name="description">Meaning; the names are added.</param>
    /// <param name="initial">Default.</param>
    public static Option<string> Create(string description, string initial) => new("--parameters")
    {
        HelpName = "SET",
        Description = $"{description} One of {ParameterSet.Names}.",
        DefaultValueFactory = _ => initial,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            try
            {
                return ParameterSet.Parse(text).Name;
            }
            catch (ArgumentException)
            {
                result.AddError($"--parameters must be one of {ParameterSet.Names}. Given: '{text}'.");
                return text;
            }
        },
    };
}
