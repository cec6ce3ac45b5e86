using Attune.Adaptation.Gate;

namespace Attune.Adaptation.Revisions;

/// <summary>One version of what a domain has learnt, and where it comes from.</summary>
/// <param name="Domain">The domain that learnt it.</param>
/// <param name="Number">From 1, in the order in which the domain's candidates were made; never reused.</param>
/// <param name="Parent">Number of the revision that it was made from; <see cref="Source"/> for the model itself.</param>
/// <param name="ModelSha256">The model that it belongs to, as <c>Model.Sha256</c> gives it.</param>
/// <param name="ParameterSet">Name of the set that it has values for.</param>
/// <param name="UtteranceIds">The utterances that it learnt from, in order.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Verdict">What the gate said. A revision that did not pass is kept for inspection and never serves.</param>
/// <param name="State">Its parameters and the optimizer's moments.</param>
/// <remarks>Immutable. <see cref="RevisionFile"/> gives its bytes.</remarks>
public sealed record Revision(
    string Domain,
    long Number,
    long Parent,
    string ModelSha256,
    string ParameterSet,
    IReadOnlyList<string> UtteranceIds,
    DateTimeOffset Created,
    GateVerdict Verdict,
    AdaptationState State)
{
    /// <summary>The number that stands for the model itself.</summary>
    public const long Source = 0;

    /// <summary>The SHA-256 that its bytes name, in hexadecimal; null for one that was not read from bytes.</summary>
    public string? Sha256 { get; init; }
}
