namespace Attune.Adaptation.Text.Editing;

/// <summary>Why an edit cannot be made or undone. The names are stable: they serve as machine-readable labels.</summary>
public enum EditError
{
    /// <summary>A line of the file is not a JSON object.</summary>
    NotJson,

    /// <summary>A field is absent.</summary>
    MissingField,

    /// <summary>A field has another type or form than it must have.</summary>
    InvalidField,

    /// <summary>The file has no edit.</summary>
    NoEdits,

    /// <summary>The new object has no character.</summary>
    EmptyObject,

    /// <summary>The subject does not occur in a prompt.</summary>
    SubjectMissing,

    /// <summary>The model has no such layer, or nothing after it reads what it recalls.</summary>
    UnknownLayer,

    /// <summary>The model predicts no next token.</summary>
    WrongModel,

    /// <summary>Two edits have the same subject, and so the same key.</summary>
    SameKey,

    /// <summary>No text is given to learn the keys of, or it has too few tokens.</summary>
    NoText,

    /// <summary>The output folder has something in it.</summary>
    OutputExists,

    /// <summary>The model has no edit to undo.</summary>
    NothingToUndo,

    /// <summary>The weights are not those that the edit left.</summary>
    Changed,
}
