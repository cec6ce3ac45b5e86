namespace Attune.Evaluation.Scenarios;

/// <summary>How recordings follow each other. In both, a stream longer than the manifest goes through it again.</summary>
public enum SpeechOrder
{
    /// <summary>As in the manifest.</summary>
    Manifest,

    /// <summary>Shuffled anew for each pass through the manifest.</summary>
    Shuffled,
}
