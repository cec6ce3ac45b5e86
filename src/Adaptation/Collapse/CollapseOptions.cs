using System.ComponentModel.DataAnnotations;

namespace Attune.Adaptation.Collapse;

/// <summary>When what is served counts as collapsed, and when its revision does.</summary>
/// <remarks>
/// A sign in one output counts only if the model itself does not show it on the same audio: silence is blank to any weights. The utterance is then
/// served from other weights at once. The revision is found collapsed when <see cref="MinSigns"/> of the outputs in the window have shown
/// signs, and they are at least <see cref="MinShare"/> of them; at the first output that is no number.
/// </remarks>
public sealed class CollapseOptions
{
    public const string Section = "Adaptation:Collapse";

    /// <summary>Whether signs are looked for at all. Default true; false is for comparison with published figures.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Share of blank frames from which an output counts as blank. Above 0, to 1. Default 0.99.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double MaxBlankRatio { get; set; } = 0.99;

    /// <summary>Mean entropy of the frames below which an output is too certain, in nats. From 0 to 10. Default 0.001.</summary>
    [Range(0.0, 10.0)]
    public double MinEntropyNats { get; set; } = 0.001;

    /// <summary>Share of the largest possible entropy, ln V, above which an output is too uncertain. Above 0, to 1. Default 0.7.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double MaxEntropyShare { get; set; } = 0.7;

    /// <summary>Words from which one word over and over is a sign, and symbols likewise. From 2 to 1,000. Default 4.</summary>
    [Range(2, 1_000)]
    public int RepetitionsFrom { get; set; } = 4;

    /// <summary>
    /// Distance of the adaptable parameters from the model's, relative to their own length, from which they have drifted. Above 0, to 100.
    /// Default 0.5.
    /// </summary>
    [Range(0.0, 100.0, MinimumIsExclusive = true)]
    public double MaxDrift { get; set; } = 0.5;

    /// <summary>Outputs of one revision that are remembered. From 1 to 10,000. Default 10.</summary>
    [Range(1, 10_000)]
    public int Window { get; set; } = 10;

    /// <summary>Time after which an output is forgotten. From 1 second to 1 day. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Outputs with a sign, among those remembered, from which their revision is collapsed. From 1 to 10,000. Default 2.</summary>
    [Range(1, 10_000)]
    public int MinSigns { get; set; } = 2;

    /// <summary>Share of outputs with a sign from which their revision is collapsed. Above 0, to 1. Default 0.5.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double MinShare { get; set; } = 0.5;
}
