using System.ComponentModel.DataAnnotations;

namespace Attune.Adaptation.Text.Updates;

/// <summary>How a request about text is adapted to: a few steps on what is most like it, and then forgotten.</summary>
/// <remarks>Defaults come from the comparison in docs/text.md, with a model of a million parameters; larger ones want a smaller rate.</remarks>
public sealed class TextAdaptationOptions
{
    public const string Section = "Text:Adaptation";

    /// <summary>Most steps that a request may ask for.</summary>
    public const int MaxSteps = 100;

    /// <summary>Most neighbours that a request may ask for.</summary>
    public const int MaxNeighbours = 256;

    /// <summary>Gradient steps on a request in a domain. From 0, which turns adaptation off, to 100. Default 5.</summary>
    [Range(0, MaxSteps)]
    public int Steps { get; set; } = 5;

    /// <summary>AdamW's step size. Above 0, up to 1. Default 0.01.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double LearningRate { get; set; } = 0.01;

    /// <summary>
    /// The parameters that may change: <c>layer-norm</c>, <c>top-K</c>, <c>bias</c>, <c>lora</c>, <c>lora-R</c> or <c>all</c>. Each request at work has a copy of them. Default
    /// <c>lora</c>.
    /// </summary>
    [Required]
    public string Parameters { get; set; } = "lora";

    /// <summary>Examples of the domain that a request is adapted to, those most like it. From 1 to 256. Default 8.</summary>
    [Range(1, MaxNeighbours)]
    public int Neighbours { get; set; } = 8;

    /// <summary>How much like it they must be: the least cosine between the model's vectors. From -1 to 1. Default 0.</summary>
    [Range(-1.0, 1.0)]
    public double NeighbourFloor { get; set; }

    /// <summary>Tokens of the windows that longer examples are cut into, special ones included; no more than the model reads. From 8 to 100,000. Default 256.</summary>
    [Range(8, 100_000)]
    public int Window { get; set; } = 256;

    /// <summary>
    /// Latency budget of a request that states none, from its arrival to its answer, or to the beginning of a text that is generated. From 1 ms to 1 hour; null, the default, for as long
    /// as it takes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan? LatencyBudget { get; set; }
}
