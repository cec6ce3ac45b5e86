using Attune.Evaluation.Statistics;

namespace Attune.Cli.Evaluation;

/// <summary>What the literature claims of two strategies.</summary>
/// <param name="Claim">In words.</param>
/// <param name="Candidate">Label of the strategy that is said to be better.</param>
/// <param name="Baseline">Label of the other.</param>
/// <param name="From">Share of each stream that is left out at its beginning.</param>
/// <param name="Margin">By how much the candidate may be worse for the claim to hold: a fraction of words.</param>
internal sealed record Ordering(string Claim, string Candidate, string Baseline, double From = 0, double Margin = 0)
{
    /// <summary>Differences that nobody would notice: one word in a hundred.</summary>
    private const double Unnoticed = 0.01;

    /// <summary>The claims of arXiv 2203.14222 (the first) and arXiv 2406.11064.</summary>
    public static IReadOnlyList<Ordering> All { get; } =
    [
        new("suta is better than none", "suta", "none"),
        new("csuta is worse than none in the last third", "none", "csuta", From: 2.0 / 3),
        new("csuta is worse than suta", "suta", "csuta"),
        new("dsuta is better than suta", "dsuta", "suta"),
        new("fast and slow together are better than slow alone", "dsuta", "slow-only"),
        new("dynamic reset is better than none", "dsuta-dynamic", "dsuta"),
        new("dynamic reset is better than fixed", "dsuta-dynamic", "dsuta-fixed"),
        new("dynamic reset is as good as resets at the true boundaries", "dsuta-dynamic", "dsuta-oracle", Margin: Unnoticed),
    ];

    /// <summary>What an interval says about it.</summary>
    public OrderingVerdict Judge(RateDifference difference) =>
        difference.High < Margin ? OrderingVerdict.Confirmed
        : difference.Low > Margin ? OrderingVerdict.Refuted
        : OrderingVerdict.Open;
}

/// <summary>Whether a claim holds.</summary>
internal enum OrderingVerdict
{
    /// <summary>The whole interval speaks for it.</summary>
    Confirmed,

    /// <summary>The whole interval speaks against it.</summary>
    Refuted,

    /// <summary>The interval holds both.</summary>
    Open,
}
