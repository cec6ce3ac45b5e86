using Attune.Adaptation.Fast;
using Attune.Adaptation.Text.Updates;
using Attune.Recognition.Acoustic;
using Microsoft.Extensions.Options;

namespace Attune.Server.Configuration;

/// <summary>Checks that the parameter sets of fast updates, of speech and of text, are ones; whether a model has as many layers shows when it is loaded.</summary>
internal sealed class ParameterSetValidator : IValidateOptions<FastUpdateOptions>, IValidateOptions<TextAdaptationOptions>
{
    public ValidateOptionsResult Validate(string? name, FastUpdateOptions options) =>
        Check($"{FastUpdateOptions.Section}:{nameof(options.Parameters)}", options.Parameters);

    public ValidateOptionsResult Validate(string? name, TextAdaptationOptions options) =>
        Check($"{TextAdaptationOptions.Section}:{nameof(options.Parameters)}", options.Parameters);

    private static ValidateOptionsResult Check(string setting, string given)
    {
        try
        {
            ParameterSet.Parse(given);
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException)
        {
            return ValidateOptionsResult.Fail($"{setting} must be one of {ParameterSet.Names}. Given: '{given}'.");
        }
    }
}
