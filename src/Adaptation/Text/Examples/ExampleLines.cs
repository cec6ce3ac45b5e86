using Attune.Adaptation.Training;

namespace Attune.Adaptation.Text.Examples;

/// <summary>A text that a domain is to get as an example, as a file has it.</summary>
/// <param name="Text">At least one character.</param>
/// <param name="Label">Name of its label; null where none is given.</param>
public sealed record GivenExample(string Text, string? Label);

/// <summary>Reads examples for domains from JSON lines.</summary>
/// <remarks>
/// <code>
/// {"text": "Two hundred sheets, A4, by Friday."}
/// {"text": "what a day", "label": "positive"}
/// </code>
/// Further fields are ignored, and so are blank lines.
/// </remarks>
public static class ExampleLines
{
    /// <summary>Reads and checks every line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="skipInvalid">Whether bad lines are left out rather than refused.</param>
    /// <exception cref="ManifestException">Bad lines that are not to be skipped; or no line is left.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<GivenExample> Read(string path, bool skipInvalid) => ManifestLine.ReadAll(path, skipInvalid, (_, line) =>
    {
        var text = ManifestLine.Text(line, "text");
        if (text.Length == 0) throw new LineException(ManifestRule.EmptyText, "'text' must have at least one character");
        return new GivenExample(text, ManifestLine.OptionalText(line, "label"));
    }).Entries;
}
