namespace Attune.Adaptation.Text.Editing;

/// <summary>What a causal trace restores.</summary>
public enum TraceKind
{
    /// <summary>The state that leaves a layer.</summary>
    State,

    /// <summary>What a layer's feed-forward part adds.</summary>
    FeedForward,

    /// <summary>What a layer's attention adds.</summary>
    Attention,
}
