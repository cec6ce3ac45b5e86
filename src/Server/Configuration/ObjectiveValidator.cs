using Attune.Adaptation.Fast;
using Attune.Adaptation.Objectives;
using Microsoft.Extensions.Options;

namespace Attune.Server.Configuration;

/// <summary>Checks that the objective of updates is one.</summary>
internal sealed class ObjectiveValidator : IValidateOptions<FastUpdateOptions>
{
    public ValidateOptionsResult Validate(string? name, FastUpdateOptions options) => NamedObjectives.All.Contains(options.Objective)
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail(
            $"{FastUpdateOptions.Section}:{nameof(options.Objective)} must be one of {NamedObjectives.Names}. Given: '{options.Objective}'.");
}
