using Attune.Adaptation.Collapse;
using Attune.Recognition.Acoustic;

namespace Attune.Adaptation.Text.Tent;

/// <summary>Looks for signs of collapse in the answers to some texts. A sign counts only if the model itself does not show it on the same texts.</summary>
/// <remarks>Thread-safe. Measures only; what follows is the caller's.</remarks>
/// <param name="labels">Number of labels L.</param>
/// <param name="options">Bounds.</param>
public sealed class LabelCheck(int labels, TentOptions options)
{
    /// <summary>The first sign, in the order of <see cref="CollapsedLabels"/>; null if there is none.</summary>
    /// <param name="answers">Of each text: that of the model and that of the adapted weights.</param>
    public CollapsedLabels? Find(IReadOnlyList<(LabelAnswer Model, LabelAnswer Adapted)> answers)
    {
        if (answers.Any(answer => !double.IsFinite(answer.Adapted.EntropyNats))) return CollapsedLabels.NotFinite;
        // Of a few texts all may rightly have the same label.
        if (!options.Guarded || answers.Count < Math.Min(options.BatchSize, options.Window)) return null;
        var gains = new int[labels];
        foreach (var (own, other) in answers)
        {
            gains[other.Label]++;
            gains[own.Label]--;
        }

        if (gains.Max() > options.MaxLabelGain * answers.Count) return CollapsedLabels.OneLabel;
        if (answers.Count(answer => answer.Adapted.Label != answer.Model.Label) > options.MaxChangedShare * answers.Count) return CollapsedLabels.Changed;
        var (model, adapted) = (answers.Average(answer => answer.Model.EntropyNats), answers.Average(answer => answer.Adapted.EntropyNats));
        var (floor, ceiling) = (options.MinEntropyShare * Math.Log(labels), options.MaxEntropyShare * Math.Log(labels));
        if (adapted < floor && model >= floor) return CollapsedLabels.EntropyBelowFloor;
        return adapted > ceiling && model <= ceiling ? CollapsedLabels.EntropyAboveCeiling : null;
    }

    /// <summary>Whether parameters are further from the model's than is allowed, or not all numbers.</summary>
    public CollapsedLabels? Find(AdaptableParameters source, AdaptableParameters parameters)
    {
        var drift = OutputCheck.Drift(source, parameters);
        return !double.IsFinite(drift) ? CollapsedLabels.NotFinite : options.Guarded && drift > options.MaxDrift ? CollapsedLabels.Drift : null;
    }
}
