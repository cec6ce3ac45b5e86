namespace Attune.Adaptation.Training;

/// <summary>The rule that a line of a manifest breaks. The names are stable labels.</summary>
public enum ManifestRule
{
    /// <summary>The line is not a JSON object.</summary>
    NotJson,

    /// <summary>A field that must be there, such as <c>text</c> or <c>prompt</c>, is absent.</summary>
    MissingField,

    /// <summary>A field has another type than it must have, or a duration is not a positive number.</summary>
    InvalidField,

    /// <summary>The audio file does not exist.</summary>
    MissingFile,

    /// <summary>The audio file cannot be decoded.</summary>
    UnreadableAudio,

    /// <summary>The transcript has no word.</summary>
    EmptyTranscript,

    /// <summary>The transcript has characters that the model cannot write.</summary>
    UnknownCharacters,

    /// <summary>The model gives fewer frames for the utterance than CTC needs for the transcript.</summary>
    TooShort,

    /// <summary>A prompt or an answer has no character.</summary>
    EmptyText,

    /// <summary>The chosen and the rejected answer are the same.</summary>
    EqualAnswers,

    /// <summary>Prompt and answer have more tokens than the model reads at once.</summary>
    TooLong,

    /// <summary>A text has half of a surrogate pair.</summary>
    InvalidUnicode,
}
