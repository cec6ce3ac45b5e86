namespace Attune.Evaluation;

/// <summary>What one step of an <see cref="EditAlignment"/> does to the reference.</summary>
public enum EditKind : byte
{
    /// <summary>The token is the same in both sequences.</summary>
    Match,

    /// <summary>A reference token stands as another token in the hypothesis.</summary>
    Substitute,

    /// <summary>The hypothesis has a token that the reference lacks.</summary>
    Insert,

    /// <summary>The hypothesis lacks a token of the reference.</summary>
    Delete,
}
