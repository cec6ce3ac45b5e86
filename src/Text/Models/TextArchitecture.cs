namespace Attune.Text.Models;

/// <summary>Which Hugging Face class a text model was saved from.</summary>
public enum TextArchitecture
{
    /// <summary><c>GPT2LMHeadModel</c>: predicts the next token.</summary>
    Gpt2,

    /// <summary><c>BertForSequenceClassification</c>: gives a text one of several labels.</summary>
    Bert,
}
