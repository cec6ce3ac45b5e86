using Attune.Text.Inference;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Editing;

/// <summary>What follows the last token of each text.</summary>
internal static class NextToken
{
    /// <summary>Log-probabilities of the tokens that may follow each text, shape (N, V). The caller's scope disposes.</summary>
    /// <param name="logits">Shape (N, T, V).</param>
    /// <param name="batch">The tokens that they are of.</param>
    public static Tensor LogProbabilities(Tensor logits, TokenBatch batch)
    {
        long[] last = [.. batch.Lengths.Select((length, row) => ((long)row * batch.Longest) + length - 1)];
        return nn.functional.log_softmax(logits.reshape(-1, logits.shape[^1]).index_select(0, tensor(last, device: logits.device)), -1);
    }
}
