using Attune.Adaptation.Slow;
using Attune.Adaptation.Text.Examples;
using Attune.Adaptation.Training;
using Attune.Recognition.Acoustic;

namespace Attune.Adaptation.Text.Slow;

/// <summary>What a domain learns from in one round.</summary>
/// <param name="Domain">The domain.</param>
/// <param name="State">Its learning state.</param>
/// <param name="Current">Parameters of revision <see cref="LearningState.Current"/>; null for the model itself.</param>
/// <param name="Examples">All that it has; with labels for a classifier.</param>
public sealed record TextRound(string Domain, LearningState State, AdaptableParameters? Current, IReadOnlyList<TextExample> Examples)
{
    /// <summary>Whether an example is held back. It depends on its id alone, so that what is held back once was never learnt from, whatever comes and goes beside it.</summary>
    /// <param name="id">Of the example.</param>
    /// <param name="share">Of all examples, from 0 to 1.</param>
    public static bool IsHeldBack(string id, double share) => SeededRandom.Mix(0, id) < share * (1u << 31);
}
