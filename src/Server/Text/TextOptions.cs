using System.ComponentModel.DataAnnotations;

namespace Attune.Server.Text;

/// <summary>Which text models serve, and how much of it at a time.</summary>
public sealed class TextOptions
{
    public const string Section = "Text";

    /// <summary>
    /// Folders of text models in Hugging Face layout, by the name that requests give; paths are looked up as that of the speech model is. Default none: text is off.
    /// </summary>
    public Dictionary<string, string> Models { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Guard texts, UTF-8 of at most 64 KiB, by the name of the model: what a checkpoint must do about as well as the model that serves before it takes its place. An activation
    /// reads the text with both. Default none: sentences that come with the server, on which only what is plainly broken fails.
    /// </summary>
    public Dictionary<string, string> GuardTexts { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Requests about text at the same time. They take turns: one forward pass at a time, and recognition between two of them. One request more is refused with
    /// RESOURCE_EXHAUSTED. From 1 to 10,000. Default 16.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxConcurrentRequests { get; set; } = 16;

    /// <summary>Longest text of a request, in characters (UTF-16). From 1 to 10,000,000. Default 100,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxCharacters { get; set; } = 100_000;
}
