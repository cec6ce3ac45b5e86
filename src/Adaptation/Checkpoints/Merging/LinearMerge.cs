namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>Weighted average of the models.</summary>
/// <remarks>Model soups, arXiv 2203.05482. Weights are divided by their sum unless <c>normalize</c> is false, as MergeKit does.</remarks>
internal static class LinearMerge
{
    /// <summary>Below this, a sum of weights is taken for zero and nothing is divided by it.</summary>
    private const double SmallestWeightSum = 1e-8;

    /// <summary>sum w_i x_i, over sum w_i if normalised.</summary>
    /// <param name="models">At least one, of equal length.</param>
    /// <param name="weights">One for each.</param>
    /// <param name="normalize">Whether to divide by the sum of the weights.</param>
    public static float[] Average(IReadOnlyList<float[]> models, IReadOnlyList<double> weights, bool normalize)
    {
        var sum = weights.Sum();
        var scale = normalize && Math.Abs(sum) >= SmallestWeightSum ? 1 / sum : 1;
        var result = new float[models[0].Length];
        for (var i = 0; i < result.Length; i++)
        {
            var value = 0.0;
            for (var model = 0; model < models.Count; model++) value += weights[model] * models[model][i];
            result[i] = (float)(scale * value);
        }

        return result;
    }
}
