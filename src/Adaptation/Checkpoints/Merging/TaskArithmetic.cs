namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>Base plus weighted task vectors, which may be thinned out first and made to agree on signs.</summary>
/// <remarks>
/// <para>(1) task vectors; (2) thin each out; (3) elect a sign for each entry and drop what contradicts it; (4) weighted sum, divided by
/// the weights that took part if normalised; (5) times lambda, added to the base.</para>
/// <para>Task arithmetic, arXiv 2212.04089, is steps 1, 4 and 5. TIES, arXiv 2306.01708, elects the sign of the larger total magnitude; a sum of
/// exactly zero elects plus. The paper averages task vectors of equal weight: with weights, the votes are weighted too, and the divisor
/// is the sum of the weights that agree, as in MergeKit.</para>
/// </remarks>
/// <param name="Sparsification">Step 2.</param>
/// <param name="ElectsSigns">Step 3.</param>
internal sealed record TaskArithmetic(Sparsification Sparsification, bool ElectsSigns)
{
    private const double SmallestWeightSum = 1e-8;

    public static readonly MergeParameter Weight = new("weight");
    public static readonly MergeParameter Lambda = new("lambda", 1);
    public static readonly MergeParameter Density = new("density", 1, 0, 1);
    public static readonly MergeParameter Gamma = new("gamma", 0.01, 0, 1);
    public static readonly MergeParameter Epsilon = new("epsilon", 0.15, 0, 1);
    public static readonly MergeParameter Normalize = MergeParameter.Flag("normalize", false);
    public static readonly MergeParameter Rescale = MergeParameter.Flag("rescale", false);

    /// <summary>Merges one tensor; overwrites the models' values.</summary>
    public float[] Merge(TensorInputs inputs, bool normalize, bool rescale)
    {
        var source = inputs.Base!;
        var deltas = new float[inputs.Models.Count][];
        for (var model = 0; model < deltas.Length; model++)
        {
            deltas[model] = inputs.Models[model];
            for (var i = 0; i < source.Length; i++) deltas[model][i] -= source[i];
            Thin(deltas[model], inputs, inputs.ModelParameters[model], rescale, new(CounterRandom.Derive(inputs.Seed, model)));
        }

        return Sum(source, deltas, inputs.Each(Weight), normalize, inputs.Parameters[Lambda]);
    }

    private void Thin(float[] delta, TensorInputs inputs, TensorParameters parameters, bool rescale, CounterRandom random)
    {
        if (Sparsification == Sparsification.None) return;
        var density = parameters[Density];
        switch (Sparsification)
        {
            case Sparsification.KeepLargest:
                Rescaled(delta, rescale, () => Sparsifier.KeepLargest(delta, density));
                break;
            case Sparsification.KeepMiddle:
                Rescaled(delta, rescale, () => Sparsifier.KeepMiddle(delta, density, parameters[Gamma]));
                break;
            case Sparsification.KeepAtRandom:
                Sparsifier.KeepAtRandom(delta, density, rescale, random);
                break;
            default:
                Sparsifier.KeepAtRandomByRank(delta, inputs.RowLength, density, parameters[Epsilon], rescale, random);
                break;
        }
    }

    /// <summary>Where nothing is random there is no expected value to keep: rescaling keeps the sum of magnitudes, as in MergeKit.</summary>
    private static void Rescaled(float[] delta, bool rescale, Action thin)
    {
        var before = rescale ? Vectors.SumOfMagnitudes(delta) : 0;
        thin();
        if (rescale && Vectors.SumOfMagnitudes(delta) is > 0 and var after) Vectors.Scale(delta, before / after);
    }

    private float[] Sum(float[] source, float[][] deltas, double[] weights, bool normalize, double lambda)
    {
        var total = weights.Sum();
        var result = new float[source.Length];
        for (var i = 0; i < result.Length; i++)
        {
            double sum = 0, agreeing = total;
            for (var model = 0; model < deltas.Length; model++) sum += weights[model] * deltas[model][i];
            if (ElectsSigns) (sum, agreeing) = Agreeing(deltas, weights, i, elected: sum >= 0 ? 1 : -1);
            if (normalize && Math.Abs(agreeing) >= SmallestWeightSum) sum /= agreeing;
            result[i] = (float)(source[i] + (lambda * sum));
        }

        return result;
    }

    private static (double Sum, double Weight) Agreeing(float[][] deltas, double[] weights, int index, int elected)
    {
        double sum = 0, weight = 0;
        for (var model = 0; model < deltas.Length; model++)
        {
            var value = weights[model] * deltas[model][index];
            if (value == 0 || value > 0 != elected > 0) continue;
            sum += value;
            weight += weights[model];
        }

        return (sum, weight);
    }
}
