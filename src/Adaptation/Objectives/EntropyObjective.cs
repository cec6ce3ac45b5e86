using Attune.Adaptation.Network;
using static TorchSharp.torch;

namespace Attune.Adaptation.Objectives;

/// <summary>The objective of Tent: mean entropy of all frames, and nothing else. For comparison.</summary>
/// <remarks>
/// Wang et al. 2021, "Tent: Fully Test-time Adaptation by Entropy Minimization", arXiv 2006.10726, equation 1, with frames in the place of
/// images: no temperature, and blanks count. Immutable and thread-safe.
/// </remarks>
/// <param name="blankId">Index of the CTC blank; tells all-blank utterances, and changes nothing else.</param>
public sealed class EntropyObjective(int blankId)
{
    /// <summary>Loss of each utterance of a batch.</summary>
    /// <inheritdoc cref="SutaObjective.Evaluate"/>
    public SutaTerms Evaluate(Tensor logits, IReadOnlyList<int> frameCounts)
    {
        var mask = new FrameMask(frameCounts, logits.shape[1]);
        var logProbabilities = nn.functional.log_softmax(logits, -1); // (N, T', V)
        var entropies = -mask.Zero(logProbabilities.exp() * logProbabilities).sum(-1); // (N, T')
        var frames = tensor(frameCounts.Select(count => (float)count).ToArray(), device: TorchRuntime.Device); // (N)
        var entropy = entropies.sum(-1) / frames;
        var notBlank = logits.argmax(-1).DiffersFrom(blankId);
        if (mask.Valid is { } valid) notBlank = notBlank.logical_and(valid);
        return new SutaTerms(entropy, entropy, zeros_like(entropy), notBlank.any(-1).logical_not());
    }
}
