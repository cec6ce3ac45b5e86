using static TorchSharp.torch;

namespace Attune.Adaptation.Text;

/// <summary>The objective of Tent: how uncertain a classifier is of each text.</summary>
/// <remarks>Wang et al. 2021, "Tent: Fully Test-time Adaptation by Entropy Minimization", arXiv 2006.10726, equation 1. Thread-safe.</remarks>
public static class LabelEntropy
{
    /// <summary>Shannon entropy of each text's labels, from 0 to ln L, in nats.</summary>
    /// <param name="logits">Shape (N, L).</param>
    /// <returns>Shape (N), differentiable. The caller's scope disposes.</returns>
    public static Tensor Evaluate(Tensor logits)
    {
        var logProbabilities = nn.functional.log_softmax(logits, -1);
        return (logProbabilities.exp() * logProbabilities).sum(-1).neg();
    }
}
