namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>Takes away from a model what others learnt: the negated task vector.</summary>
/// <remarks>
/// Editing Models with Task Arithmetic, arXiv 2212.04089, section 3. There the task vectors start at the model that is changed. Here they may
/// start at another, the ancestor: a model that learnt A and B loses B alone, if B was learnt from A's ancestor.
/// </remarks>
internal static class Subtraction
{
    public static readonly MergeParameter Weight = new("weight", 1);

    /// <summary>base - lambda sum w_i (x_i - ancestor).</summary>
    public static float[] Subtract(float[] source, IReadOnlyList<float[]> models, IReadOnlyList<double> weights, float[] ancestor, double lambda)
    {
        var result = new float[source.Length];
        for (var i = 0; i < result.Length; i++)
        {
            var sum = 0.0;
            for (var model = 0; model < models.Count; model++) sum += weights[model] * ((double)models[model][i] - ancestor[i]);
            result[i] = (float)(source[i] - (lambda * sum));
        }

        return result;
    }
}
