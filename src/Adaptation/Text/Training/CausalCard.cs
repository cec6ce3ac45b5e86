using System.Globalization;
using System.Text;
using Attune.Adaptation.Training;

namespace Attune.Adaptation.Text.Training;

/// <summary>What the card of a trained causal model says beside its figures.</summary>
public sealed record CausalCard
{
    /// <summary>The model's name.</summary>
    public required string Name { get; init; }

    /// <summary>SPDX name of the licence; null to leave it out.</summary>
    public string? License { get; init; }

    /// <summary>The command that trained it; null to leave it out.</summary>
    public string? Command { get; init; }

    /// <summary>Name of the model that training started from; null for random weights.</summary>
    public string? Source { get; init; }

    /// <summary>The card's text.</summary>
    /// <param name="step">Step that the weights are from.</param>
    /// <param name="data">What was trained on, and what was replayed.</param>
    /// <param name="figures">Figures at that step.</param>
    internal string Write(int step, IEnumerable<string> data, IReadOnlyList<CausalFigures> figures)
    {
        var text = new StringBuilder("\n## Training data\n\n");
        foreach (var line in data) text.Append(CultureInfo.InvariantCulture, $"- {line}\n");
        if (figures.Count > 0)
        {
            text.Append("\n## Figures\n\n| set | loss | accuracy | divergence from the source (nats) |\n|---|---|---|---|\n");
            foreach (var set in figures)
                text.Append(CultureInfo.InvariantCulture, $"| {set.Name} | {set.Loss:0.0000} | {set.Accuracy:0.000} | {set.DivergenceNats:0.0000} |\n");
            text.Append("\nLoss is bits per byte, or nats for preferences. Accuracy is the share of answers that are exactly right, or of preferences that are followed.\n");
        }

        return new CardText
        {
            Name = Name,
            License = License,
            Command = Command,
            Metadata = "pipeline_tag: text-generation\ntags:\n  - text\n  - gpt2\n",
            Summary = string.Create(CultureInfo.InvariantCulture, $"{CardText.Origin(Source)}: {step} steps."),
        }.Write(text.ToString());
    }
}
