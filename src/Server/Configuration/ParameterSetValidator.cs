using Attune.Adaptation.Fast;
using Attune.Recognition.Acoustic;
using Microsoft.Extensions.Options;

namespace Attune.Server.Configuration;

/// <summary>Checks that the parameter set of fast updates is one; whether the model has as many layers shows when it is loaded.</summary>
internal sealed class ParameterSetValidator : IValidateOptions<FastUpdateOptions>
{
    public ValidateOptionsResult Validate(string? name, FastUpdateOptions options)
    {
        try
        {
            ParameterSet.Parse(options.Parameters);
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException)
        {
            return ValidateOptionsResult.Fail(
                $"{FastUpdateOptions.Section}:{nameof(options.Parameters)} must be one of {ParameterSet.Names}. Given: '{options.Parameters}'.");
        }
    }
}
