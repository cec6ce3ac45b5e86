using System.ComponentModel.DataAnnotations;

namespace Attune.Recognition.Audio.EndPointing;

/// <summary>When speech in a stream begins and ends.</summary>
public sealed class EndPointerOptions
{
    public const string Section = "Recognition:EndPointing";

    /// <summary>Stretch in which loud audio makes a beginning worth a closer look. From 30 ms to 2 s. Default 200 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.03", "00:00:02")]
    public TimeSpan StartHistory { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Share of <see cref="StartHistory"/> that must be loud. Above 0, to 1. Default 0.5.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double StartThreshold { get; set; } = 0.5;

    /// <summary>Stretch without speech that ends an utterance. From 200 ms to 5 s. Default 800 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.2", "00:00:05")]
    public TimeSpan StopHistory { get; set; } = TimeSpan.FromMilliseconds(800);

    /// <summary>Share of <see cref="StopHistory"/> that must be without speech. Above 0, to 1. Default 0.95, which outlives a click.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double StopThreshold { get; set; } = 0.95;

    /// <summary>Audio kept before the first and after the last speech of an utterance. From 0 to 1 s. Default 300 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan Padding { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Level above the noise floor, in dB, from which audio is loud, so that a beginning is worth a closer look. From 1 to 40. Default 5.</summary>
    [Range(1.0, 40.0)]
    public double LoudnessDb { get; set; } = 5;

    /// <summary>
    /// Probability from which a symbol of the model counts as speech. From 0 to 1. Default 0.5.
    /// </summary>
    [Range(0.0, 1.0)]
    public double SymbolProbability { get; set; } = 0.5;

    /// <summary>
    /// Audio between two forward passes that look for words while somebody speaks; what costs compute. From 100 ms to 5 s. Default 480 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:05")]
    public TimeSpan ListenInterval { get; set; } = TimeSpan.FromMilliseconds(480);

    /// <summary>The same settings in an object of their own.</summary>
    public EndPointerOptions Clone() => (EndPointerOptions)MemberwiseClone();
}
