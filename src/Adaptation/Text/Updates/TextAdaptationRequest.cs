using Attune.Recognition.Acoustic;

namespace Attune.Adaptation.Text.Updates;

/// <summary>What one request wants of adaptation.</summary>
/// <param name="Steps">Gradient steps; 0 for none, null for the configured number.</param>
/// <param name="LatencyBudget">Time from now until the answer; null for the configured one. Steps that would not fit are left out.</param>
/// <param name="Flow">Whose request it is, so that nobody's many requests hold up another's few; null for all that name nobody.</param>
public sealed record TextAdaptationRequest(int? Steps = null, TimeSpan? LatencyBudget = null, string? Flow = null)
{
    /// <summary>Whether whoever asks has used up the steps that it may have. Default false.</summary>
    public bool QuotaSpent { get; init; }

    /// <summary>Where steps begin: the parameters of the domain's revision. Null, the default, for the model's own.</summary>
    public AdaptableParameters? Start { get; init; }
}
