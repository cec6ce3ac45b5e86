using Attune.Adaptation.Neighbours;
using Attune.Recognition.Acoustic;

namespace Attune.Adaptation.Fast;

/// <summary>What a fast update made of one utterance.</summary>
/// <param name="Steps">The steps that were run, in order.</param>
/// <param name="Logits">Logits with the adapted parameters.</param>
/// <param name="LossAfter">Loss with the adapted parameters.</param>
/// <param name="AllBlankAfter">Whether the adapted parameters find nothing but blanks.</param>
/// <param name="Parameters">The adapted parameters; null unless <see cref="FastUpdateJob.WantsParameters"/>.</param>
/// <param name="StoppedByBudget">Whether the time budget ended it before all steps were run.</param>
public sealed record FastUpdateResult(
    IReadOnlyList<AdaptationStep> Steps,
    Logits Logits,
    double LossAfter,
    bool AllBlankAfter,
    AdaptableParameters? Parameters,
    bool StoppedByBudget)
{
    /// <summary>What of the time budget was to be left at the end, judged when the last step began; null without a budget or a step.</summary>
    public TimeSpan? BudgetSpare { get; init; }

    /// <summary>Where the utterance lies, by <see cref="UtteranceEmbedder"/>; null if no neighbours were asked for.</summary>
    public ReadOnlyMemory<float>? Embedding { get; init; }

    /// <summary>Those whose losses were added to each step's, the most similar first. Losses here are the utterance's own.</summary>
    public IReadOnlyList<Neighbour> Neighbours { get; init; } = [];

    /// <summary>Whether losses, gradients and logits are all numbers.</summary>
    public bool IsFinite => double.IsFinite(LossAfter) && Logits.AreFinite && Steps.All(step => double.IsFinite(step.Loss) && double.IsFinite(step.GradientNorm));
}
