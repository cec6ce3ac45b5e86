using Attune.Adaptation.Strategies;

namespace Attune.Adaptation.Slow;

/// <summary>When a domain goes back to the model: the counting and testing of Dynamic SUTA's resets, on given loss improvements.</summary>
/// <remarks>
/// <para>Lin et al. 2024, arXiv 2406.11064, section 3.3, in the order of operations of its published code. Utterances are counted from the last
/// reset. After K/2 the slow weights are remembered as domain weights. Of utterances K/2 + 1 to K - 1 the loss improvement is collected:
/// the loss with the domain weights minus the loss with the model. After utterance K a Gaussian is fitted, with the sample deviation, and for
/// each full buffer from then on the mean of its loss improvements is compared with it.</para>
/// <para>Pure: nothing is changed but what is returned. Thread-safe.</para>
/// </remarks>
/// <param name="policy">When to reset.</param>
/// <param name="options">K, threshold, patience; the fixed number of utterances.</param>
public sealed class ResetRule(ResetPolicy policy, SlowUpdateOptions options)
{
    /// <summary>Whether the next utterance's loss improvement is asked for by <see cref="Count"/> or <see cref="Test"/>.</summary>
    public bool NeedsImprovement(LearningState state) => policy == ResetPolicy.Dynamic && state.DomainWeights is not null;

    /// <summary>Counts an utterance, after the test or update that it was part of.</summary>
    /// <param name="state">The state before; its <see cref="LearningState.Current"/> is what is remembered as domain weights.</param>
    /// <param name="improvement">Its loss improvement; null where <see cref="NeedsImprovement"/> says that none is needed.</param>
    public LearningState Count(LearningState state, double? improvement)
    {
        state = state with { Utterances = state.Utterances + 1 };
        if (policy != ResetPolicy.Dynamic || state.Improvement is not null) return state;
        if (state.Utterances == options.ResetWindow / 2) return state with { DomainWeights = state.Current };
        if (state.Utterances >= options.ResetWindow) return WithGaussian(state);
        // Loss improvements that are no numbers tell nothing about a distribution.
        return improvement is { } value && double.IsFinite(value) ? state with { LossImprovements = [.. state.LossImprovements, value] } : state;
    }

    /// <summary>Tests a full buffer, before the update that it would make.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="improvement">Mean loss improvement of the buffer; null where none is needed.</param>
    /// <param name="utterances">Utterances in the buffer.</param>
    public ResetTest Test(LearningState state, double? improvement, int utterances) => policy switch
    {
        ResetPolicy.Fixed when state.Utterances + utterances >= options.ResetEvery => new ResetTest(state, null, IsReset: true),
        ResetPolicy.Dynamic when state.Improvement is { } gaussian && improvement is { } mean => Compare(state, gaussian, mean, utterances),
        _ => new ResetTest(state, null, IsReset: false),
    };

    private ResetTest Compare(LearningState state, Gaussian gaussian, double mean, int utterances)
    {
        var standardErrors = gaussian.StandardErrors(mean, utterances);
        // A mean that is no number comes from domain weights that have stopped working.
        var above = double.IsNaN(mean) || standardErrors > options.ResetThreshold ? state.BuffersAbove + 1 : 0;
        return new ResetTest(state with { BuffersAbove = above }, standardErrors, above >= options.ResetPatience);
    }

    private static LearningState WithGaussian(LearningState state)
    {
        if (state.LossImprovements.Count < 2) return state;
        var mean = state.LossImprovements.Average();
        var squares = state.LossImprovements.Sum(value => (value - mean) * (value - mean));
        var deviation = Math.Sqrt(squares / (state.LossImprovements.Count - 1));
        return state with { Improvement = new Gaussian(mean, deviation), LossImprovements = [] };
    }
}

/// <summary>What a full buffer says about a reset.</summary>
/// <param name="State">The state after the test.</param>
/// <param name="StandardErrors">z; null where nothing was tested.</param>
/// <param name="IsReset">Whether the domain goes back to the model.</param>
public sealed record ResetTest(LearningState State, double? StandardErrors, bool IsReset);
