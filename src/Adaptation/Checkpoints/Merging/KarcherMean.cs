namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>The point of the sphere with the smallest sum of squared arcs to the models' directions, at their mean length.</summary>
/// <remarks>
/// Karcher, Riemannian center of mass and mollifier smoothing (1977). What it means for weights no paper says: as in MergeKit, each tensor is one vector,
/// all count equally, tensors of length zero have no direction and only shorten the mean, and the result has the mean of the lengths.
/// </remarks>
internal static class KarcherMean
{
    /// <summary>Merges one tensor.</summary>
    /// <param name="models">At least one.</param>
    /// <param name="maxIterations">Most steps.</param>
    /// <param name="tolerance">Length of a step at which the mean is found, and length below which a tensor counts as zero.</param>
    public static float[] Merge(IReadOnlyList<float[]> models, int maxIterations, double tolerance)
    {
        if (models.Count == 1) return models[0];
        var norms = models.Select(model => Vectors.Norm(model)).ToArray();
        var directions = models.Where((_, i) => norms[i] > tolerance).ToArray();
        var lengths = norms.Where(norm => norm > tolerance).ToArray();
        if (directions.Length == 0) return new float[models[0].Length];

        var mean = Start(directions, lengths, tolerance);
        for (var i = 0; i < maxIterations && Step(mean, directions, lengths, tolerance); i++)
        {
        }

        var scale = norms.Average();
        return Array.ConvertAll(mean, value => (float)(scale * value));
    }

    /// <summary>The direction of the sum of directions; of the first, if they cancel.</summary>
    private static double[] Start(float[][] models, double[] norms, double tolerance)
    {
        var mean = new double[models[0].Length];
        for (var model = 0; model < models.Length; model++)
        {
            for (var i = 0; i < mean.Length; i++) mean[i] += models[model][i] / norms[model] / models.Length;
        }

        var norm = Norm(mean);
        for (var i = 0; i < mean.Length; i++) mean[i] = norm < tolerance ? models[0][i] / norms[0] : mean[i] / norm;
        return mean;
    }

    /// <summary>One step along the mean of the arcs.</summary>
    /// <returns>Whether the mean moved.</returns>
    private static bool Step(double[] mean, float[][] models, double[] norms, double tolerance)
    {
        var tangent = new double[mean.Length];
        for (var model = 0; model < models.Length; model++)
        {
            var cosine = 0.0;
            for (var i = 0; i < mean.Length; i++) cosine += mean[i] * models[model][i];
            cosine = Math.Clamp(cosine / norms[model], -1, 1);
            var angle = Math.Acos(cosine);
            var sine = Math.Sin(angle);
            if (angle < tolerance || sine == 0) continue; // there already, or opposite: no arc is the shortest
            var weight = angle / sine / models.Length;
            for (var i = 0; i < mean.Length; i++) tangent[i] += weight * ((models[model][i] / norms[model]) - (cosine * mean[i]));
        }

        var length = Norm(tangent);
        if (length < tolerance) return false;
        var (along, across) = (Math.Cos(length), Math.Sin(length) / length);
        for (var i = 0; i < mean.Length; i++) mean[i] = (along * mean[i]) + (across * tangent[i]);
        return true;
    }

    private static double Norm(double[] values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value * value;
        return Math.Sqrt(sum);
    }
}
