using static TorchSharp.torch;

namespace Attune.Adaptation.Objectives;

/// <summary>Entropy of order alpha, which minds the probable symbols the more the larger alpha is; of order 1 it is Shannon's.</summary>
/// <remarks>Rényi 1961, "On measures of entropy and information": H_alpha(p) = ln(sum_v p_v^alpha) / (1 - alpha), and its limit at 1, -sum_v p_v ln p_v.</remarks>
internal static class RenyiEntropy
{
    /// <summary>Of each distribution, in nats, from 0 to ln V.</summary>
    /// <param name="logProbabilities">Natural logarithms, shape (..., V).</param>
    /// <param name="order">alpha, above 0.</param>
    /// <returns>Shape (...). The caller's scope disposes.</returns>
    public static Tensor Of(Tensor logProbabilities, double order)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(order);
        return order == 1
            ? -(logProbabilities.exp() * logProbabilities).sum(-1)
            : logProbabilities.Times(order).logsumexp(-1).Over(1 - order);
    }
}
