using System.Numerics.Tensors;

namespace Attune.Text;

/// <summary>From logits to log-probabilities.</summary>
internal static class LogSoftmax
{
    /// <summary>Natural logarithm of the sum of the exponentials; minus it, logits are log-probabilities.</summary>
    public static double Normalizer(ReadOnlySpan<float> logits)
    {
        double largest = TensorPrimitives.Max(logits);
        var sum = 0.0;
        foreach (var logit in logits) sum += Math.Exp(logit - largest);
        return largest + Math.Log(sum);
    }
}
