using Attune.Adaptation.Text.Updates;
using Attune.Recognition.Acoustic;
using Attune.Server.Domains;

namespace Attune.Server.Text;

/// <summary>How the weights of an answer were adapted. The names are those of the interface.</summary>
internal enum TextMethod
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Steps on the examples most like the request.</summary>
    Neighbours,

    /// <summary>Steps that made the classifier more certain of this text.</summary>
    Entropy,

    /// <summary>Weights that the domain's texts so far have made.</summary>
    ContinualEntropy,
}

/// <summary>What a request is answered from, and how that came about.</summary>
/// <param name="Adaptation">Parameters and report.</param>
/// <param name="Method">How they were adapted.</param>
/// <param name="Updates">With <see cref="TextMethod.ContinualEntropy"/>, steps that made the domain's weights.</param>
internal sealed record TextAnswer(TextAdaptation Adaptation, TextMethod Method, long Updates = 0)
{
    /// <summary>What the domain serves from; null without a domain.</summary>
    public DomainSnapshot? Domain { get; init; }

    /// <summary>The parameters that it is answered from: adapted ones, else the domain's revision; null for the model's own.</summary>
    public AdaptableParameters? Parameters => Adaptation.Parameters ?? Domain?.Current?.State.Parameters;

    /// <summary>The request itself changes nothing: the domain's revision answers, or the model.</summary>
    public static TextAnswer Skipped(TextAdaptationOutcome outcome, TextMethod method = TextMethod.None) => new(TextAdaptation.Skipped(outcome), method);
}
