namespace Attune.Cli.Transcription;

/// <summary>Colours of a terminal (SGR of ECMA-48), or none.</summary>
/// <param name="HasColor">Whether there is a terminal that shows them.</param>
internal sealed record Ink(bool HasColor)
{
    /// <summary>A heading.</summary>
    public string Strong(string text) => Paint("1", text);

    /// <summary>A label.</summary>
    public string Faint(string text) => Paint("2", text);

    /// <summary>Better.</summary>
    public string Good(string text) => Paint("32", text);

    /// <summary>Worse.</summary>
    public string Bad(string text) => Paint("31", text);

    /// <summary>Words that went: struck out in red, or <c>[-words-]</c>.</summary>
    public string Removed(string words) => HasColor ? Paint("31;9", words) : $"[-{words}-]";

    /// <summary>Words that came: green, or <c>{+words+}</c>.</summary>
    public string Added(string words) => HasColor ? Paint("32", words) : $"{{+{words}+}}";

    private string Paint(string code, string text) => HasColor ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
