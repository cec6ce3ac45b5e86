using System.Globalization;
using System.Text;

namespace Attune.Adaptation.Training;

/// <summary>What the card of any trained model has: Markdown with the metadata that Hugging Face reads.</summary>
internal sealed record CardText
{
    /// <summary>The model's name.</summary>
    public required string Name { get; init; }

    /// <summary>ISO code of the language; null to leave it out.</summary>
    public string? Language { get; init; }

    /// <summary>SPDX name of the licence; null to leave it out.</summary>
    public string? License { get; init; }

    /// <summary>The command that trained it; null to leave it out.</summary>
    public string? Command { get; init; }

    /// <summary>Further lines of metadata, each with its end.</summary>
    public required string Metadata { get; init; }

    /// <summary>What the model is, in a sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>How a summary begins.</summary>
    /// <param name="source">Name of the model that training started from; null for random weights.</param>
    public static string Origin(string? source) => source is null ? "Trained from random weights" : $"Fine-tuned from {source}";

    /// <summary>The card's text.</summary>
    /// <param name="sections">Markdown between summary and command, each section with a blank line before it; may be empty.</param>
    public string Write(string sections)
    {
        var text = new StringBuilder("---\n");
        if (Language is not null) text.Append(CultureInfo.InvariantCulture, $"language: {Language}\n");
        if (License is not null) text.Append(CultureInfo.InvariantCulture, $"license: {License}\n");
        text.Append(CultureInfo.InvariantCulture, $"{Metadata}---\n\n# {Name}\n\n{Summary}\n");
        text.Append(sections);
        if (Command is not null) text.Append(CultureInfo.InvariantCulture, $"\n## Command\n\n```\n{Command}\n```\n");
        return text.ToString();
    }
}
