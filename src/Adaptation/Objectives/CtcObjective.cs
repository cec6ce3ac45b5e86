using Attune.Adaptation.Network;
using static TorchSharp.torch;

namespace Attune.Adaptation.Objectives;

/// <summary>Connectionist temporal classification: the negative log-probability of the labels, summed over all alignments.</summary>
/// <remarks>
/// <para>Graves et al. 2006, "Connectionist Temporal Classification", equation 8, by libtorch's implementation. The loss of a batch is
/// the sum over its utterances divided by the number of their labels, so that every symbol weighs the same, in a short utterance as in
/// a long one. An utterance with fewer frames than its labels need counts as 0 and has no gradient.</para>
/// <para>With label smoothing s it is (1 - s) CTC + s KL, where KL is the mean over real frames of the divergence of the frame's
/// distribution from the uniform one: Kim, Seltzer, Li and Zhao 2017, "Improved training for online end-to-end speech recognition
/// systems", arXiv 1711.02212. It keeps a model from becoming sure of everything, which entropy-based adaptation suffers from.</para>
/// <para>Immutable and thread-safe.</para>
/// </remarks>
/// <param name="blankId">Index of the CTC blank.</param>
/// <param name="labelSmoothing">s, from 0 to below 1. Default 0.</param>
public sealed class CtcObjective(int blankId, double labelSmoothing = 0)
{
    /// <summary>Loss of a batch.</summary>
    /// <param name="logits">Shape (N, T', V).</param>
    /// <param name="frameCounts">Real frames of each utterance; frames beyond take no part.</param>
    /// <param name="labels">Symbols of each utterance, none of them the blank; at least one each.</param>
    /// <returns>A scalar. The caller's scope disposes.</returns>
    public Tensor Evaluate(Tensor logits, IReadOnlyList<int> frameCounts, IReadOnlyList<int[]> labels)
    {
        var logProbabilities = nn.functional.log_softmax(logits, -1); // (N, T', V)
        var loss = Ctc(logProbabilities, frameCounts, labels).Over(labels.Sum(row => row.Length));
        return labelSmoothing == 0
            ? loss
            : loss.Times(1 - labelSmoothing).Plus(DivergenceFromUniform(logProbabilities, frameCounts).Times(labelSmoothing));
    }

    private Tensor Ctc(Tensor logProbabilities, IReadOnlyList<int> frameCounts, IReadOnlyList<int[]> labels)
    {
        var targets = tensor(labels.SelectMany(row => row.Select(label => (long)label)).ToArray());
        var targetLengths = tensor(labels.Select(row => (long)row.Length).ToArray());
        var inputLengths = tensor(frameCounts.Select(count => (long)count).ToArray());
        return nn.functional.ctc_loss(
            logProbabilities.transpose(0, 1), targets, inputLengths, targetLengths, blankId, zero_infinity: true, nn.Reduction.Sum);
    }

    private static Tensor DivergenceFromUniform(Tensor logProbabilities, IReadOnlyList<int> frameCounts)
    {
        var mask = new FrameMask(frameCounts, logProbabilities.shape[1]);
        var negativeEntropy = (logProbabilities.exp() * logProbabilities).sum(-1, keepdim: true); // (N, T', 1)
        return mask.Zero(negativeEntropy).sum().Over(frameCounts.Sum()).Plus(Math.Log(logProbabilities.shape[^1]));
    }
}
