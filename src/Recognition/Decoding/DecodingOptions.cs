using System.ComponentModel.DataAnnotations;
using Attune.Recognition.Language;

namespace Attune.Recognition.Decoding;

/// <summary>How transcripts are searched for, where there is more to go by than each frame's most probable symbol.</summary>
/// <remarks>
/// Without a language model, hotwords, a wish for alternatives or a beam width that a request states, finals are best paths, and nothing here is used but
/// <see cref="LanguageModel"/>.
/// </remarks>
public sealed class DecodingOptions
{
    public const string Section = "Recognition:Decoding";

    /// <summary>Largest <see cref="BeamWidth"/>.</summary>
    public const int MaxBeamWidth = 1024;

    /// <summary>Most alternatives of a request.</summary>
    public const int MaxAlternatives = 30;

    /// <summary>Prefixes that are kept from frame to frame. 1 follows the best path alone. From 1 to 1024. Default 32.</summary>
    [Range(1, MaxBeamWidth)]
    public int BeamWidth { get; set; } = 32;

    /// <summary>File of a language model in ARPA format, gzip or not. Default: none.</summary>
    public string? LanguageModel { get; set; }

    /// <summary>Weight of the language model's logarithm beside the acoustic one. From 0 to 10. Default 0.6.</summary>
    [Range(0.0, 10.0)]
    public double LanguageModelWeight { get; set; } = 0.6;

    /// <summary>Natural logarithm added for each word. From -10 to 10. Default 0.</summary>
    [Range(-10.0, 10.0)]
    public double WordBonus { get; set; }

    /// <summary>Natural logarithm added for each word that neither language model nor hotwords have. From -100 to 0. Default -8.</summary>
    [Range(-100.0, 0.0)]
    public double UnknownWord { get; set; } = -8;

    /// <summary>
    /// What logits are divided by before the search's softmax. Models are surer than they are right, adapted ones even more: above 1 gives language and alternatives
    /// more say. Times and confidences do not follow it. From 0.1 to 10. Default 2.
    /// </summary>
    [Range(0.1, 10.0)]
    public double Temperature { get; set; } = 2;

    /// <summary>Share of a domain's own language model where both it and the server have one. From 0 to 1. Default 0.5.</summary>
    [Range(0.0, 1.0)]
    public double DomainShare { get; set; } = 0.5;

    /// <summary>What language counts.</summary>
    public LanguageWeights Weights => new(LanguageModelWeight, WordBonus, UnknownWord);
}
