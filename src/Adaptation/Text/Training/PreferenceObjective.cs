using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Training;

/// <summary>What a causal model learns preferences with: the preferred answer shall gain more on the source model than the other does.</summary>
/// <remarks>
/// <para>Rafailov et al. 2023, "Direct Preference Optimization: Your Language Model is Secretly a Reward Model", arXiv 2305.18290, equation 7. With the sum of
/// an answer's log-probabilities under the model (log p) and under the model that training starts from (log r):</para>
/// <code>
/// margin = beta ((log p(chosen) - log r(chosen)) - (log p(rejected) - log r(rejected)))
/// loss   = -log sigmoid(margin)
/// </code>
/// <para>Thread-safe.</para>
/// </remarks>
public static class PreferenceObjective
{
    /// <summary>The margin of each pair; positive where the model prefers the chosen answer more than the source does.</summary>
    /// <param name="logProbabilities">Of the chosen answers, then of the rejected ones, shape (2 N).</param>
    /// <param name="reference">The same under the source model.</param>
    /// <param name="beta">How much a difference in log-probability is worth, above 0: the higher, the nearer the model stays to the source.</param>
    /// <returns>Shape (N), differentiable. The caller's scope disposes.</returns>
    public static Tensor Margins(Tensor logProbabilities, Tensor reference, double beta)
    {
        var gains = logProbabilities.Minus(reference).chunk(2, 0); // 2 of (N)
        return gains[0].Minus(gains[1]).Times(beta);
    }

    /// <summary>Loss of each pair, in nats.</summary>
    /// <param name="margins">Shape (N).</param>
    /// <returns>Shape (N), differentiable. The caller's scope disposes.</returns>
    public static Tensor Evaluate(Tensor margins) => nn.functional.logsigmoid(margins).neg();
}
