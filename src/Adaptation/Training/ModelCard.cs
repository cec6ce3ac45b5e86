using System.Globalization;
using System.Text;

namespace Attune.Adaptation.Training;

/// <summary>What the card of a trained model says beside its error rates.</summary>
public sealed record ModelCard
{
    /// <summary>The model's name.</summary>
    public required string Name { get; init; }

    /// <summary>ISO code of the language, for example <c>en</c>; null to leave it out.</summary>
    public string? Language { get; init; }

    /// <summary>SPDX name of the licence; null to leave it out.</summary>
    public string? License { get; init; }

    /// <summary>The command that trained it; null to leave it out.</summary>
    public string? Command { get; init; }

    /// <summary>One line for each corpus: name, utterances, hours.</summary>
    public IReadOnlyList<(string Name, int Utterances, double Hours)> Data { get; init; } = [];

    /// <summary>Name of the model that training started from; null for random weights.</summary>
    public string? Source { get; init; }

    /// <summary>The card's text: Markdown with the metadata that Hugging Face reads.</summary>
    /// <param name="step">Step that the weights are from.</param>
    /// <param name="heard">Audio heard until then.</param>
    /// <param name="results">Error rates at that step.</param>
    internal string Write(int step, TimeSpan heard, IReadOnlyList<ValidationResult> results)
    {
        var text = new StringBuilder();
        if (Data.Count > 0)
        {
            text.Append("\n## Training data\n\n| corpus | utterances | hours |\n|---|---|---|\n");
            foreach (var (name, utterances, hours) in Data)
                text.Append(CultureInfo.InvariantCulture, $"| {name} | {utterances} | {hours:0.00} |\n");
        }

        if (results.Count > 0)
        {
            text.Append("\n## Error rates\n\nGreedy decoding, in percent:\n\n| set | words | WER | CER |\n|---|---|---|---|\n");
            foreach (var result in results)
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {result.Name} | {result.Words.ReferenceLength} | {100 * result.Words.Rate:0.0} | {100 * result.Characters.Rate:0.0} |\n");
            }

            foreach (var result in results.Where(result => result.Locality is not null))
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"\nLocality on {result.Name}: {result.Locality:0.000} of the transcripts of {Source} are left (1 - edits / longer length, in characters).\n");
            }
        }

        return new CardText
        {
            Name = Name,
            Language = Language,
            License = License,
            Command = Command,
            Metadata = "pipeline_tag: automatic-speech-recognition\ntags:\n  - speech\n  - ctc\n  - wav2vec2\nmetrics:\n  - wer\n  - cer\n",
            Summary = string.Create(
                CultureInfo.InvariantCulture, $"{CardText.Origin(Source)} with CTC: {step} steps, {heard.TotalHours:0.0} hours heard, repetitions included."),
        }.Write(text.ToString());
    }
}
