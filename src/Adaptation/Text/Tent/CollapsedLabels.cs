namespace Attune.Adaptation.Text.Tent;

/// <summary>What a domain's answers show that has stopped being classification. The names are stable: they label metrics and logs.</summary>
public enum CollapsedLabels
{
    /// <summary>A logit is not a number.</summary>
    NotFinite,

    /// <summary>One label is given far more often than by the model.</summary>
    OneLabel,

    /// <summary>Most texts get another label than the model gives them.</summary>
    Changed,

    /// <summary>Certain of every text.</summary>
    EntropyBelowFloor,

    /// <summary>Certain of none.</summary>
    EntropyAboveCeiling,

    /// <summary>The parameters have moved too far from the model's.</summary>
    Drift,

    /// <summary>The weights help much less than they did when the domain had settled: its texts have changed.</summary>
    LossImprovement,
}
