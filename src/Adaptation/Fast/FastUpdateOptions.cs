using System.ComponentModel.DataAnnotations;
using Attune.Adaptation.Objectives;

namespace Attune.Adaptation.Fast;

/// <summary>How each utterance is adapted to.</summary>
/// <remarks>
/// Defaults come from the evaluation in docs/evaluation: half the steps that SUTA was published with (arXiv 2203.14222: 10) at five times the rate
/// (2e-5) leave fewer errors at half the cost in the model that ships. Published figures of wav2vec2-base need the published values.
/// </remarks>
public sealed class FastUpdateOptions
{
    public const string Section = "Adaptation:Fast";

    /// <summary>Most steps that a request may ask for.</summary>
    public const int MaxSteps = 100;

    /// <summary>Most neighbours that a request may ask for.</summary>
    public const int MaxNeighbours = 16;

    /// <summary>Default of <see cref="NeighbourFloor"/>.</summary>
    public const double DefaultNeighbourFloor = 0.9;

    /// <summary>Gradient steps on one utterance. From 0, which turns adaptation off, to 100. Default 5.</summary>
    [Range(0, MaxSteps)]
    public int Steps { get; set; } = 5;

    /// <summary>AdamW's step size. Above 0, up to 1. Default 1e-4.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double LearningRate { get; set; } = 1e-4;

    /// <summary>
    /// The parameters that may change: <c>layer-norm</c>, <c>suta</c>, <c>top-K</c>, <c>bias</c>, <c>lora</c>, <c>lora-R</c> or
    /// <c>all</c>. Default <c>suta</c>: every LayerNorm, the feature extractor and the feature projection.
    /// </summary>
    [Required]
    public string Parameters { get; set; } = "suta";

    /// <summary>
    /// What steps minimise: <c>suta</c> or <c>sgem</c>. It is the objective of a domain's slow updates, of its gate and of its reset too. Default <c>suta</c>.
    /// </summary>
    [Required]
    public string Objective { get; set; } = NamedObjectives.Suta;

    /// <summary>
    /// Utterances of the domain that join the loss of each, those most like it among the ones that the domain has learnt from: each costs as much as the utterance itself. From 0 to 16. Default 0.
    /// </summary>
    [Range(0, MaxNeighbours)]
    public int Neighbours { get; set; }

    /// <summary>How much like it they must be: the least cosine between what the model makes of them below its encoder. From -1 to 1. Default 0.9.</summary>
    [Range(-1.0, 1.0)]
    public double NeighbourFloor { get; set; } = DefaultNeighbourFloor;

    /// <summary>
    /// Type in which steps multiply: <c>Float32</c>, <c>BFloat16</c>, or <c>Auto</c>, the default, which is the latter where the processor is faster with it. Parameters, norms,
    /// losses and the final are float32 in any case.
    /// </summary>
    [EnumDataType(typeof(ComputePrecision))]
    public ComputePrecision Precision { get; set; }

    /// <summary>
    /// Whether a feature-extractor tensor is updated once for each module that encloses it (convolutions four times, the projection
    /// twice), as the published code does by accident and its published error rates include. Default false.
    /// </summary>
    public bool RepeatUpdatesPerEnclosingModule { get; set; }

    /// <summary>
    /// Latency budget of an utterance whose request states none, from the beginning of its recognition to its final. From 1 ms to 1 hour; null, the default, for
    /// as long as it takes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan? LatencyBudget { get; set; }
}
