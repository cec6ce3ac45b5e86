using System.ComponentModel.DataAnnotations;

namespace Attune.Adaptation.Text.Tent;

/// <summary>How classifiers become more certain of a domain's texts without labels, and when that counts as collapsed.</summary>
/// <remarks>
/// Tent (Wang et al. 2021, arXiv 2006.10726): the entropy of the answers is minimised over the LayerNorms. Steps that are judged by nothing but their own certainty may end in giving every
/// text the same label; so weights serve only after they have been compared with the model on the texts of the <see cref="Window"/>, and as long as they go on to compare well.
/// </remarks>
public sealed class TentOptions
{
    public const string Section = "Text:Tent";

    /// <summary>
    /// What a classifier does for a request in a domain that has no examples like it: <c>none</c>; <c>per-request</c>, steps on that one text, forgotten after the answer; or
    /// <c>continual</c>, the published one: each <see cref="BatchSize"/> texts of the domain make a step that stays, in the memory of this replica. Other than with <c>none</c>, classifiers adapt
    /// their LayerNorms, whatever <c>Text:Adaptation:Parameters</c> says. Default <c>none</c>.
    /// </summary>
    [Required]
    [AllowedValues("none", "per-request", "continual", ErrorMessage = "{0} must be none, per-request or continual.")]
    public string Strategy { get; set; } = "none";

    /// <summary>Texts of a continual step. From 1 to 1,024. Default 16.</summary>
    [Range(1, 1_024)]
    public int BatchSize { get; set; } = 16;

    /// <summary>Step size of AdamW in continual steps. Above 0, up to 1. Default 1e-4.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double LearningRate { get; set; } = 1e-4;

    /// <summary>Whether weights are compared with the model at all. Default true; false is for comparison with published figures.</summary>
    public bool Guarded { get; set; } = true;

    /// <summary>Texts of a domain that are remembered for the comparison; each new version of the weights answers all of them before it serves. From 1 to 10,000. Default 64.</summary>
    [Range(1, 10_000)]
    public int Window { get; set; } = 64;

    /// <summary>
    /// How much larger than with the model the share of one label may become among the answers of the window: weights that collapse end with one label for all. Above 0, to 1. Default 0.25.
    /// </summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double MaxLabelGain { get; set; } = 0.25;

    /// <summary>
    /// Share of the window's texts whose label may change against the model's. Adaptation is to correct some answers; where it changes most of them, it no longer follows the model that it
    /// came from. Above 0, to 1. Default 0.5.
    /// </summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double MaxChangedShare { get; set; } = 0.5;

    /// <summary>Mean entropy of the window's answers, as a share of the largest, ln L, below which they are too certain, unless the model is. From 0 to 1. Default 0.0001.</summary>
    [Range(0.0, 1.0)]
    public double MinEntropyShare { get; set; } = 0.0001;

    /// <summary>The same share above which they are too uncertain, unless the model is. Above 0, to 1. Default 0.95.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double MaxEntropyShare { get; set; } = 0.95;

    /// <summary>Distance of the adapted parameters from the model's, relative to their own length, from which they have drifted. Above 0, to 100. Default 0.5.</summary>
    [Range(0.0, 100.0, MinimumIsExclusive = true)]
    public double MaxDrift { get; set; } = 0.5;

    /// <summary>Texts after a reset until resets by loss improvement are tested for, as <c>Adaptation:Slow:ResetWindow</c>. From 6 to 10,000. Default 200.</summary>
    [Range(6, 10_000)]
    public int ResetWindow { get; set; } = 200;

    /// <summary>Standard errors above the mean loss improvement from which a batch speaks for a reset. Above 0, to 100. Default 2.</summary>
    [Range(0.0, 100.0, MinimumIsExclusive = true)]
    public double ResetThreshold { get; set; } = 2;

    /// <summary>Batches in a row that must speak for a reset. From 1 to 100. Default 2.</summary>
    [Range(1, 100)]
    public int ResetPatience { get; set; } = 2;

    /// <summary>Domains whose weights are in memory; the least recently used begins anew for one more. From 1 to 100,000. Default 256.</summary>
    [Range(1, 100_000)]
    public int MaxDomains { get; set; } = 256;

    /// <summary>The strategy that <see cref="Strategy"/> names.</summary>
    public TentStrategy ResolveStrategy() => Strategy switch
    {
        "per-request" => TentStrategy.PerRequest,
        "continual" => TentStrategy.Continual,
        _ => TentStrategy.None,
    };
}

/// <summary>What a classifier does with texts that nobody has labelled.</summary>
public enum TentStrategy
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Steps on each text, forgotten after its answer.</summary>
    PerRequest,

    /// <summary>Steps on the domain's texts as they come, which stay.</summary>
    Continual,
}
