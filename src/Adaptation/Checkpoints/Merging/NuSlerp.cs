namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>Slerp between two models of equal standing, of whole tensors, of rows or of columns, optionally on task vectors.</summary>
/// <remarks>
/// MergeKit's method; there is no paper. t is the second weight's share of both. Weights that cancel give t = 1/2. With a base the task
/// vectors are interpolated and added to it.
/// </remarks>
internal static class NuSlerp
{
    private const double SmallestWeightSum = 1e-6;
    private const double SmallestSine = 1e-8;

    /// <summary>Merges two models.</summary>
    /// <param name="inputs">Two models, a base or none.</param>
    /// <param name="firstWeight">Weight of the first.</param>
    /// <param name="secondWeight">Weight of the second.</param>
    /// <param name="flatten">Whether a tensor is one vector.</param>
    /// <param name="alongFirst">If not flat: whether vectors run along the first dimension, or the last.</param>
    public static float[] Merge(TensorInputs inputs, double firstWeight, double secondWeight, bool flatten, bool alongFirst)
    {
        var sum = firstWeight + secondWeight;
        var t = Math.Abs(sum) < SmallestWeightSum ? 0.5 : secondWeight / sum;
        var (first, second) = (inputs.Models[0], inputs.Models[1]);
        if (inputs.Base is not { } source) return Interpolate(first, second, inputs.Shape, t, flatten, alongFirst);
        var delta = Interpolate(Vectors.Subtract(first, source), Vectors.Subtract(second, source), inputs.Shape, t, flatten, alongFirst);
        return Vectors.Combine(1, source, 1, delta);
    }

    private static float[] Interpolate(float[] start, float[] end, IReadOnlyList<long> shape, double t, bool flatten, bool alongFirst)
    {
        var result = new float[start.Length];
        if (flatten || shape.Count < 2)
        {
            InterpolateVector(start, end, result, new(0, 1, start.Length), t);
            return result;
        }

        var length = (int)(alongFirst ? shape[0] : shape[^1]);
        var count = length == 0 ? 0 : start.Length / length;
        for (var i = 0; i < count; i++)
            InterpolateVector(start, end, result, alongFirst ? new(i, count, length) : new(i * length, 1, length), t);
        return result;
    }

    private static void InterpolateVector(float[] start, float[] end, float[] result, Stride at, double t)
    {
        double dot = 0, startSquares = 0, endSquares = 0;
        for (var i = 0; i < at.Count; i++)
        {
            double a = start[at[i]], b = end[at[i]];
            dot += a * b;
            startSquares += a * a;
            endSquares += b * b;
        }

        var (startScale, endScale) = Slerp.Coefficients(dot / Math.Sqrt(startSquares * endSquares), t, SmallestSine);
        for (var i = 0; i < at.Count; i++) result[at[i]] = (float)((startScale * start[at[i]]) + (endScale * end[at[i]]));
    }

    /// <summary>Where the elements of one vector lie.</summary>
    private readonly record struct Stride(int Start, int Step, int Count)
    {
        public int this[int index] => Start + (index * Step);
    }
}
