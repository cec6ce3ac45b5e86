using System.ComponentModel.DataAnnotations;

namespace Attune.Adaptation.Text.Slow;

/// <summary>When and how a domain's examples make a revision of a text model that is kept, and what that must show before it serves.</summary>
/// <remarks>
/// The parameters that may change are those of <see cref="Updates.TextAdaptationOptions.Parameters"/>: requests go on from a revision. Rate, passes and bounds come from the comparison in
/// docs/text.md, with a model of a million parameters; larger ones want a smaller rate.
/// </remarks>
public sealed class TextSlowOptions
{
    public const string Section = "Text:Slow";

    /// <summary>
    /// New examples of a domain that make an update, which learns from all that it has. From 0, which turns updates off, to 100,000. Default 32: more than speech's 5 utterances, as each
    /// update reads everything, and a fifth is only held back. More than a domain may have never come together.
    /// </summary>
    [Range(0, 100_000)]
    public int ExamplesPerUpdate { get; set; } = 32;

    /// <summary>Most examples of an update, those that expire last: what bounds its time. From 2 to 100,000. Default 1,000.</summary>
    [Range(2, 100_000)]
    public int MaxExamples { get; set; } = 1_000;

    /// <summary>Passes over the examples. From 1 to 100. Default 3.</summary>
    [Range(1, 100)]
    public int Epochs { get; set; } = 3;

    /// <summary>Examples of a gradient step. From 1 to 256. Default 8.</summary>
    [Range(1, 256)]
    public int BatchSize { get; set; } = 8;

    /// <summary>AdamW's step size. Above 0, up to 1. Default 0.003.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double LearningRate { get; set; } = 0.003;

    /// <summary>Share of the examples that no update learns from: they tell whether what was learnt helps others. From 0.05 to 0.5. Default 0.2.</summary>
    [Range(0.05, 0.5)]
    public double HeldBackShare { get; set; } = 0.2;

    /// <summary>
    /// Reliability and generality: least by which the loss must fall against what serves, on examples that were learnt from and on those that were held back. In bits for a byte; for a
    /// classifier in nats for a text. From 0 to 10. Default 0.001.
    /// </summary>
    [Range(0.0, 10.0)]
    public double MinGain { get; set; } = 0.001;

    /// <summary>
    /// Locality: how probable a byte of the guard texts must still be, as a share of what it is for the model itself; the geometric mean. From 0 to 1. Default 0.5, a bit more
    /// for each byte: updates that helped left 0.8, one that destroyed 0.4.
    /// </summary>
    [Range(0.0, 1.0)]
    public double MinLocality { get; set; } = 0.5;

    /// <summary>Texts that the model writes by itself, to be the guard. From 0, which turns the question off, to 1,000. Default 16.</summary>
    [Range(0, 1_000)]
    public int GuardTexts { get; set; } = 16;

    /// <summary>Most tokens of each guard text. From 8 to 1,000. Default 64.</summary>
    [Range(8, 1_000)]
    public int GuardTokens { get; set; } = 64;
}
