namespace Attune.Adaptation.Collapse;

/// <summary>What an output shows that has stopped being recognition. The names are stable: they label answers, events and metrics.</summary>
public enum CollapseSign
{
    /// <summary>A logit is not a number.</summary>
    NotFinite,

    /// <summary>Nothing but blanks.</summary>
    Blank,

    /// <summary>One symbol over and over, or hardly a blank and yet no second symbol.</summary>
    RepeatedSymbol,

    /// <summary>One word over and over.</summary>
    RepeatedWord,

    /// <summary>Certain of every frame: the mean entropy is below its floor.</summary>
    EntropyBelowFloor,

    /// <summary>Certain of no frame: the mean entropy is above its ceiling.</summary>
    EntropyAboveCeiling,

    /// <summary>The parameters have moved too far from the model's.</summary>
    Drift,
}
