using Attune.Adaptation.Slow;
using Attune.Adaptation.Strategies;
using Microsoft.Extensions.Options;

namespace Attune.Server.Configuration;

/// <summary>Checks that the strategy of domains is one.</summary>
internal sealed class StrategyValidator : IValidateOptions<SlowUpdateOptions>
{
    public ValidateOptionsResult Validate(string? name, SlowUpdateOptions options) =>
        AdaptationStrategy.All.Any(strategy => strategy.Name == options.Strategy)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{SlowUpdateOptions.Section}:{nameof(options.Strategy)} must be one of {AdaptationStrategy.Names}. Given: '{options.Strategy}'.");
}
