namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>Between the base and the average of its fine-tuned models, as far as these agree in direction.</summary>
/// <remarks>
/// Model Stock, arXiv 2403.19522, equation 3: t = N cos / (1 + (N - 1) cos), result t average + (1 - t) base, with the angle between task
/// vectors. For more than two models the paper uses one angle and does not say which: here the mean of the pairwise cosines, as in MergeKit. It does not
/// treat task vectors that point apart either: a negative mean counts as 0, which gives the base, where the formula would lead away from both.
/// </remarks>
internal static class ModelStock
{
    /// <summary>Merges one tensor.</summary>
    /// <param name="source">The base.</param>
    /// <param name="models">At least two.</param>
    /// <param name="rowLength">Values that share an angle: the tensor's length, or that of one filter.</param>
    public static float[] Merge(float[] source, IReadOnlyList<float[]> models, int rowLength)
    {
        var result = new float[source.Length];
        var deltas = models.Select(model => Vectors.Subtract(model, source)).ToArray();
        for (var start = 0; start < result.Length; start += rowLength)
        {
            var share = Share(deltas, start, rowLength) / models.Count;
            for (var i = start; i < start + rowLength; i++)
            {
                var sum = 0.0;
                foreach (var delta in deltas) sum += delta[i];
                result[i] = (float)(source[i] + (share * sum));
            }
        }

        return result;
    }

    /// <summary>t.</summary>
    private static double Share(float[][] deltas, int start, int length)
    {
        double sum = 0;
        var pairs = 0;
        for (var i = 0; i < deltas.Length; i++)
        {
            for (var j = i + 1; j < deltas.Length; j++, pairs++)
            {
                var cosine = Vectors.Cosine(deltas[i].AsSpan(start, length), deltas[j].AsSpan(start, length));
                sum += double.IsNaN(cosine) ? 0 : cosine; // a model that did not move agrees with nothing
            }
        }

        var mean = Math.Max(0, sum / pairs);
        return deltas.Length * mean / (1 + ((deltas.Length - 1) * mean));
    }
}
