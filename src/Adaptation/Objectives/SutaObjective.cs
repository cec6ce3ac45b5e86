using Attune.Adaptation.Network;
using static TorchSharp.torch;

namespace Attune.Adaptation.Objectives;

/// <summary>The objective of SUTA: entropy of the frames that are not blank, and minimum class confusion.</summary>
/// <remarks>
/// <para>Lin, Li and Lee 2022, "Listen, Adapt, Better WER: Source-free Single-utterance Test-time Adaptation for Automatic Speech
/// Recognition", arXiv 2203.14222, equations 2 to 6; class confusion is from Jin et al. 2020, arXiv 1912.03699. With logits z,
/// x = z / 2.5, p = softmax(x) and H_t = -sum_v p log p:</para>
/// <list type="number">
/// <item>entropy: mean of H_t over the frames whose most probable symbol is not the blank; 0 if there is none;</item>
/// <item>weights: w_t = 1 + exp(-H_t), without gradient, scaled so that they sum to T';</item>
/// <item>confusion: C = (w p)^T p, each row divided by its sum; mcc = (sum of C - trace of C) / V;</item>
/// <item>loss = 0.3 entropy + 0.7 mcc.</item>
/// </list>
/// <para>Immutable and thread-safe.</para>
/// </remarks>
/// <param name="blankId">Index of the CTC blank.</param>
public sealed class SutaObjective(int blankId)
{
    /// <summary>Weight of the entropy; the class confusion has the rest. 0.3, as published.</summary>
    public const double EntropyWeight = 0.3;

    /// <summary>Divides the logits. 2.5, as published.</summary>
    public const double Temperature = 2.5;

    /// <summary>Loss of each utterance of a batch.</summary>
    /// <param name="logits">Shape (N, T', V).</param>
    /// <param name="frameCounts">Real frames of each utterance; frames beyond take no part.</param>
    /// <returns>Terms of shape (N). The caller's scope disposes.</returns>
    public SutaTerms Evaluate(Tensor logits, IReadOnlyList<int> frameCounts)
    {
        var mask = new FrameMask(frameCounts, logits.shape[1]);
        var logProbabilities = nn.functional.log_softmax(logits.Over(Temperature), -1); // (N, T', V)
        var probabilities = logProbabilities.exp();
        var entropies = -(probabilities * logProbabilities).sum(-1); // (N, T')

        var notBlank = logits.argmax(-1).DiffersFrom(blankId);
        if (mask.Valid is { } valid) notBlank = notBlank.logical_and(valid);
        var count = notBlank.sum(-1); // (N)
        var entropy = (entropies * notBlank).sum(-1) / count.AtLeast(1);

        var confusion = ClassConfusion(probabilities, entropies.detach(), mask);
        return new SutaTerms(entropy.Times(EntropyWeight).Plus(confusion.Times(1 - EntropyWeight)), entropy, confusion, count.EqualTo(0));
    }

    private static Tensor ClassConfusion(Tensor probabilities, Tensor entropies, FrameMask mask)
    {
        var weights = (-entropies).exp().Plus(1); // (N, T')
        if (mask.Valid is { } valid) weights = weights * valid;
        var frames = tensor(mask.Counts.Select(count => (float)count).ToArray(), device: TorchRuntime.Device).unsqueeze(1); // (N, 1)
        weights = weights * frames / weights.sum(-1, keepdim: true);

        var confusion = bmm((probabilities * weights.unsqueeze(-1)).transpose(1, 2), probabilities); // (N, V, V)
        confusion = confusion / confusion.sum(-1, keepdim: true);
        var trace = confusion.diagonal(0, -2, -1).sum(-1);
        return confusion.sum([-2L, -1L]).Minus(trace).Over(probabilities.shape[^1]);
    }
}
