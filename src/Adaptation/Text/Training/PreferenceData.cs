using Attune.Text.Inference;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Training;

/// <summary>Preferences between two answers as training data, by <see cref="PreferenceObjective"/>.</summary>
/// <param name="pairs">At least one.</param>
/// <param name="beta">How much a difference in log-probability is worth, above 0.</param>
public sealed class PreferenceData(IReadOnlyList<PreferencePair> pairs, double beta) : CausalData
{
    private const int BatchPairs = 16;

    private readonly ShuffledOrder _order = new(pairs.Count);
    private readonly float[] _chosen = new float[pairs.Count], _rejected = new float[pairs.Count];
    private bool _isPrepared;

    public override string Identity { get; } = TokenHash.Of(pairs.SelectMany(pair => new[] { pair.Chosen, pair.Rejected })) + FormattableString.Invariant($" beta {beta}");

    public override string Description => $"{pairs.Count} preferences";

    internal override void Prepare(Gpt2Network network)
    {
        if (_isPrepared) return;
        using var noGradients = no_grad();
        foreach (var part in Enumerable.Range(0, pairs.Count).Chunk(BatchPairs))
        {
            using var scope = NewDisposeScope();
            var sums = LogProbabilities(batch => network.Forward(null, batch), part).cpu().data<float>().ToArray();
            for (var i = 0; i < part.Length; i++) (_chosen[part[i]], _rejected[part[i]]) = (sums[i], sums[part.Length + i]);
        }

        _isPrepared = true;
    }

    internal override Tensor Loss(Func<TokenBatch, Tensor> forward, int count, int seed, int step) =>
        PreferenceObjective.Evaluate(Margins(forward, _order.At(step, count, seed))).mean();

    /// <summary>Mean loss over all pairs, and the share whose chosen answer gained on the rejected one.</summary>
    internal (double Loss, double Accuracy) Measure(Func<TokenBatch, Tensor> forward)
    {
        var (loss, preferred) = (0.0, 0L);
        foreach (var part in Enumerable.Range(0, pairs.Count).Chunk(BatchPairs))
        {
            using var scope = NewDisposeScope();
            var margins = Margins(forward, part);
            loss += PreferenceObjective.Evaluate(margins).sum().item<float>();
            preferred += margins.cpu().data<float>().ToArray().Count(margin => margin > 0);
        }

        return (loss / pairs.Count, (double)preferred / pairs.Count);
    }

    private Tensor Margins(Func<TokenBatch, Tensor> forward, int[] part)
    {
        if (!_isPrepared) throw new InvalidOperationException("Preferences need the source model's probabilities first.");
        float[] reference = [.. part.Select(i => _chosen[i]), .. part.Select(i => _rejected[i])];
        return PreferenceObjective.Margins(LogProbabilities(forward, part), tensor(reference, device: TorchRuntime.Device), beta);
    }

    /// <summary>Log-probabilities of chosen answers, then of rejected ones, shape (2 N).</summary>
    private Tensor LogProbabilities(Func<TokenBatch, Tensor> forward, int[] part)
    {
        CausalExample[] answers = [.. part.Select(i => pairs[i].Chosen), .. part.Select(i => pairs[i].Rejected)];
        var batch = new TokenBatch([.. answers.Select(answer => answer.Tokens)]);
        return NextTokenObjective.LogProbabilities(forward(batch), batch, [.. answers.Select(answer => answer.From)]).sum(-1);
    }
}
