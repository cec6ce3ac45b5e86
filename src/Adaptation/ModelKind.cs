namespace Attune.Adaptation;

/// <summary>What a model does: one kind cannot stand in for another.</summary>
public enum ModelKind
{
    /// <summary>Recognises speech.</summary>
    Speech,

    /// <summary>Scores and continues texts (GPT-2).</summary>
    CausalText,

    /// <summary>Gives texts labels (BERT).</summary>
    TextClassifier,
}
