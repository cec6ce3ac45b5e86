using System.Numerics.Tensors;

namespace Attune.Adaptation.Text.Tent;

/// <summary>What a classifier says of one text, as far as collapse is concerned.</summary>
/// <param name="Label">Number of the most probable label.</param>
/// <param name="EntropyNats">Of all labels; NaN if a logit is no number.</param>
public readonly record struct LabelAnswer(int Label, double EntropyNats)
{
    /// <summary>From logits of all labels.</summary>
    public static LabelAnswer Of(ReadOnlySpan<float> logits)
    {
        var (sum, weighted, largest) = (0.0, 0.0, (double)TensorPrimitives.Max(logits));
        foreach (var logit in logits)
        {
            var power = Math.Exp(logit - largest);
            sum += power;
            weighted += (logit - largest) * power;
        }

        return new LabelAnswer(TensorPrimitives.IndexOfMax(logits), Math.Log(sum) - (weighted / sum));
    }
}
