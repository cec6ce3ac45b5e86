using Attune.Text.Inference;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text;

/// <summary>What causal models are trained with: the negative log-probability of each token after those before it.</summary>
/// <remarks>Thread-safe.</remarks>
public static class NextTokenObjective
{
    /// <summary>Loss of each text: the mean over its tokens, in nats.</summary>
    /// <param name="logits">Shape (N, T, V).</param>
    /// <param name="batch">The tokens that they are of; each text has at least one more than its <paramref name="from"/>.</param>
    /// <param name="from">
    /// Of each text, the first token that counts, at least 1: what stands before is given, such as a question whose answer is learnt. Null for 1.
    /// </param>
    /// <returns>Shape (N), differentiable. The caller's scope disposes.</returns>
    /// <exception cref="ArgumentException">A text has no token that counts.</exception>
    public static Tensor Evaluate(Tensor logits, TokenBatch batch, IReadOnlyList<int>? from = null)
    {
        var counts = new float[batch.Count];
        for (var row = 0; row < batch.Count; row++)
        {
            var first = from?[row] ?? 1;
            counts[row] = batch.Lengths[row] - first;
            if (first < 1 || counts[row] < 1)
                throw new ArgumentException($"A text of {batch.Lengths[row]} tokens needs one from number 1 on that counts. Given: from {first}.", nameof(from));
        }

        return LogProbabilities(logits, batch, from).sum(-1).neg() / tensor(counts, device: logits.device);
    }

    /// <summary>Log-probability of each token but the first, in nats; 0 for those that do not count and for padding.</summary>
    /// <returns>Shape (N, T - 1), differentiable. The caller's scope disposes.</returns>
    /// <inheritdoc cref="Evaluate" path="/param"/>
    public static Tensor LogProbabilities(Tensor logits, TokenBatch batch, IReadOnlyList<int>? from = null)
    {
        var (rows, tokens) = (batch.Count, batch.Longest);
        var targets = new long[rows, tokens - 1];
        var counted = new float[rows, tokens - 1];
        for (var row = 0; row < rows; row++)
        {
            for (var token = 1; token < batch.Lengths[row]; token++)
            {
                targets[row, token - 1] = batch.Ids.Span[(row * tokens) + token];
                counted[row, token - 1] = token >= (from?[row] ?? 1) ? 1 : 0;
            }
        }

        var logProbabilities = nn.functional.log_softmax(logits.narrow(1, 0, tokens - 1), -1); // (N, T - 1, V)
        var found = logProbabilities.gather(-1, tensor(targets, device: logits.device).unsqueeze(-1)).squeeze(-1);
        return found * tensor(counted, device: logits.device);
    }
}
