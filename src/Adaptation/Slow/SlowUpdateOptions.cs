using System.ComponentModel.DataAnnotations;
using Attune.Adaptation.Strategies;

namespace Attune.Adaptation.Slow;

/// <summary>How a domain learns from what it has heard, and when it goes back.</summary>
/// <remarks>
/// Learning rate, parameter set and repeated updates are those of <see cref="Fast.FastUpdateOptions"/>: fast updates go on with the slow
/// optimizer's moments. Defaults are those of Dynamic SUTA as published (arXiv 2406.11064), at the rate of
/// <see cref="Fast.FastUpdateOptions"/>; docs/evaluation has what they gain.
/// </remarks>
public sealed class SlowUpdateOptions
{
    public const string Section = "Adaptation:Slow";

    /// <summary>
    /// How a domain's utterances are adapted to: <c>none</c>, <c>suta</c>, <c>csuta</c>, <c>slow-only</c>, <c>dsuta</c>, <c>dsuta-fixed</c>,
    /// <c>dsuta-oracle</c> or <c>dsuta-dynamic</c>. Default <c>dsuta-dynamic</c>. Requests without a domain are adapted to as <c>suta</c>.
    /// </summary>
    [Required]
    public string Strategy { get; set; } = "dsuta-dynamic";

    /// <summary>Fast steps on an utterance of a domain. From 0 to 100; null, the default, for as many as the strategy was published with.</summary>
    [Range(0, Fast.FastUpdateOptions.MaxSteps)]
    public int? FastSteps { get; set; }

    /// <summary>M: utterances of one slow update. From 1 to 100. Default 5.</summary>
    [Range(1, 100)]
    public int UtterancesPerUpdate { get; set; } = 5;

    /// <summary>
    /// K: with <c>dsuta-dynamic</c>, utterances after a reset until resets are tested for. After half of them the slow weights are
    /// remembered; on the other half the Gaussian is fitted. From 6 to 10,000. Default 100.
    /// </summary>
    [Range(6, 10_000)]
    public int ResetWindow { get; set; } = 100;

    /// <summary>With <c>dsuta-dynamic</c>, standard errors above the mean from which a buffer speaks for a reset. Above 0, to 100. Default 2.</summary>
    [Range(0.0, 100.0, MinimumIsExclusive = true)]
    public double ResetThreshold { get; set; } = 2;

    /// <summary>With <c>dsuta-dynamic</c>, buffers in a row that must speak for a reset. From 1 to 100. Default 2.</summary>
    [Range(1, 100)]
    public int ResetPatience { get; set; } = 2;

    /// <summary>With <c>dsuta-fixed</c>, utterances from one reset to the next. From 1 to 1,000,000. Default 50.</summary>
    [Range(1, 1_000_000)]
    public int ResetEvery { get; set; } = 50;

    /// <summary>The strategy that <see cref="Strategy"/> names.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public AdaptationStrategy ResolveStrategy() => AdaptationStrategy.Parse(Strategy);
}
