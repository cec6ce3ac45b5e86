using System.ComponentModel.DataAnnotations;

namespace Attune.Recognition.Streaming;

/// <summary>How much audio each forward pass over an utterance that goes on hears again, and how often there is one.</summary>
/// <remarks>
/// A pass hears left context, what is new, and what came too late to be fixed by the pass before. So its cost does not grow with the utterance.
/// </remarks>
public sealed class StreamingOptions
{
    public const string Section = "Recognition:Streaming";

    /// <summary>Audio before the new one that a pass hears again. From 500 ms to 30 s. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:00:30")]
    public TimeSpan LeftContext { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Audio that must follow a frame before its symbol is fixed. From 100 ms to 5 s. Default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:05")]
    public TimeSpan RightContext { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Audio between two interim results, where the server keeps up: less at the beginning of an utterance, when a pass costs little. Where more audio waits
    /// already, only the passes of <c>Recognition:EndPointing:ListenInterval</c> are run. From 50 ms to 5 s. Default 240 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:00:05")]
    public TimeSpan InterimInterval { get; set; } = TimeSpan.FromMilliseconds(240);
}
