using Attune.Text.Inference;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Editing;

/// <summary>The second moment of a layer's keys, C = E[k k^T]: what an update must leave alone.</summary>
internal static class KeyMoments
{
    private const int BatchTexts = 8;

    /// <summary>Estimates C over every token of some texts.</summary>
    /// <param name="network">The model.</param>
    /// <param name="layer">Whose keys.</param>
    /// <param name="texts">Tokens of each text, at least one each and no more than the model reads.</param>
    /// <param name="ridge">Added to the diagonal, as a share of its mean.</param>
    /// <param name="cancellationToken">Ends the work between batches.</param>
    /// <returns>Float64, shape (inner, inner), positive definite. The caller's scope disposes.</returns>
    public static Tensor Estimate(
        Gpt2Network network, int layer, IReadOnlyList<IReadOnlyList<int>> texts, double ridge, CancellationToken cancellationToken)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        Tensor? sum = null;
        foreach (var part in texts.Chunk(BatchTexts))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            var batch = new TokenBatch(part);
            var keys = Keys(network, layer, batch); // (tokens, inner)
            var product = matmul(keys.transpose(0, 1), keys);
            if (sum is null) sum = product.MoveToOuterDisposeScope();
            else sum.Accumulate(product);
        }

        var moment = sum!.Over(texts.Sum(text => text.Count));
        var mean = moment.diagonal().mean().item<double>();
        return moment.Plus(eye(moment.shape[0], dtype: ScalarType.Float64, device: moment.device).Times(ridge * mean)).MoveToOuterDisposeScope();
    }

    private static Tensor Keys(Gpt2Network network, int layer, TokenBatch batch)
    {
        Tensor? keys = null;
        network.Forward(null, batch, tap: (site, at, values) =>
        {
            if (site == ActivationSite.Key && at == layer) keys = values;
            return values;
        });
        long[] real = [.. Enumerable.Range(0, batch.Count).SelectMany(row => Enumerable.Range(0, batch.Lengths[row]).Select(i => ((long)row * batch.Longest) + i))];
        return keys!.reshape(-1, keys.shape[^1]).index_select(0, tensor(real, device: keys.device)).to(ScalarType.Float64);
    }
}
