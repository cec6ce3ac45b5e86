using static TorchSharp.torch;

namespace Attune.Adaptation.Text;

/// <summary>What classifiers are trained with: the negative log-probability of each text's label.</summary>
/// <remarks>Thread-safe.</remarks>
public static class LabelObjective
{
    /// <summary>Loss of each text, in nats.</summary>
    /// <param name="logits">Shape (N, L).</param>
    /// <param name="labels">Number of each text's label.</param>
    /// <returns>Shape (N), differentiable. The caller's scope disposes.</returns>
    public static Tensor Evaluate(Tensor logits, IReadOnlyList<int> labels)
    {
        var targets = tensor(labels.Select(label => (long)label).ToArray(), device: logits.device).unsqueeze(-1); // (N, 1)
        return nn.functional.log_softmax(logits, -1).gather(-1, targets).squeeze(-1).neg();
    }
}
