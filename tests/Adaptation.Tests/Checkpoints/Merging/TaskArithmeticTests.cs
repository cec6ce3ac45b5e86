using Attune.Adaptation.Checkpoints.Merging;
using static Attune.Adaptation.Tests.Checkpoints.Merging.Tensors;

namespace Attune.Adaptation.Tests.Checkpoints.Merging;

public sealed class TaskArithmeticTests
{
    [Fact]
    public void TaskArithmetic_TwoModels_BasePlusLambdaTimesWeightedTaskVectors()
    {
        // Task vectors (1, 0) and (0, 3), weights 0.5 and 2: (0.5, 6), halved.
        var merged = Merge("task_arithmetic", [1, 2], [[2, 2], [1, 5]], new() { ["lambda"] = 0.5 }, [Weight(0.5), Weight(2)]);

        Approximately.Equal([1.25, 5.0], merged);
    }

    [Fact]
    public void TaskArithmetic_Normalized_DividedByTheWeights()
    {
        var merged = Merge("task_arithmetic", [1, 2], [[2, 2], [1, 5]], new() { ["normalize"] = 1 }, [Weight(0.5), Weight(2)]);

        Approximately.Equal([1.2, 4.4], merged);
    }

    [Fact]
    public void Ties_ThinnedThenElected_AgreeingEntriesAveraged()
    {
        // Kept of (4, -3, 2, 1): the three largest; of (-6, -2, 3, -0.5) too. Signs elected by the sums -2, -5, 5, 0.
        // First entry: only -6 agrees; second and third: the mean of both; fourth: nothing is left.
        var merged = Merge("ties", [0, 0, 0, 0], [[4, -3, 2, 1], [-6, -2, 3, -0.5f]], modelParameters: [Weight(1, 0.75), Weight(1, 0.75)]);

        Approximately.Equal([-6.0, -2.5, 2.5, 0.0], merged);
    }

    [Fact]
    public void Ties_Weights_VoteAndDivide()
    {
        // Weighted entries 3 x 2 = 6 and 1 x -4 = -4 elect plus; the divisor is the agreeing weight 3.
        var merged = Merge("ties", [10], [[12], [6]], modelParameters: [Weight(3), Weight(1)]);

        Approximately.Equal([12.0], merged);
    }

    [Fact]
    public void Ties_NotNormalized_SumOfAgreeing()
    {
        var merged = Merge("ties", [0, 0], [[1, 2], [3, -1]], new() { ["normalize"] = 0 });

        Approximately.Equal([4.0, 2.0], merged);
    }

    [Fact]
    public void Ties_Rescaled_SumOfMagnitudesKept()
    {
        // (4, -3, 2, 1) keeps 4 and -3 of a sum of 10: times 10 / 7.
        var merged = Merge("ties", [0, 0, 0, 0], [[4, -3, 2, 1]], new() { ["rescale"] = 1 }, [Weight(1, 0.5)]);

        Approximately.Equal([40.0 / 7, -30.0 / 7, 0, 0], merged);
    }

    [Fact]
    public void Breadcrumbs_TopDropped_NextAreKept()
    {
        float[] model = [10, -9, 8, 7, -6, 5, 4, 3, 2, 1];
        var parameters = new Dictionary<string, double> { ["weight"] = 1, ["density"] = 0.5, ["gamma"] = 0.2 };

        var merged = Merge("breadcrumbs", new float[10], [model], modelParameters: [parameters]);

        Approximately.Equal([0.0, 0, 8, 7, -6, 5, 4, 0, 0, 0], merged);
    }

    [Fact]
    public void DareLinear_Kept_DividedByDensity()
    {
        float[] model = [1, 2, 3, 4, 5, 6, 7, 8];
        var random = new CounterRandom(CounterRandom.Derive(3, 0));
        var expected = model.Select((value, i) => random[i] < 0.25 ? value / 0.25 : 0).ToArray();

        var merged = Merge("dare_linear", new float[8], [model], modelParameters: [Weight(1, 0.25)], seed: 3);

        Approximately.Equal(expected, merged);
        Assert.Contains(expected, value => value != 0);
    }

    [Fact]
    public void DareTies_SignsDisagree_LargerSumServes()
    {
        var merged = Merge("dare_ties", [0, 0], [[1, -5], [-3, 2]]); // density 1: nothing is dropped

        Approximately.Equal([-3.0, -5.0], merged);
    }

    [Fact]
    public void Della_DensityOne_TiesWithoutThinning()
    {
        var (source, a, b) = (Random(40, 1), Random(40, 2), Random(40, 3));

        Assert.Equal(Merge("ties", source, [a, b]), Merge("della", source, [a, b]));
    }

    [Theory]
    [InlineData("task_arithmetic")]
    [InlineData("ties")]
    [InlineData("dare_linear")]
    [InlineData("dare_ties")]
    [InlineData("della")]
    [InlineData("della_linear")]
    [InlineData("breadcrumbs")]
    [InlineData("breadcrumbs_ties")]
    public void Merge_OneModelOfWeightOne_ThatModel(string method)
    {
        var (source, model) = (Random(60, 1), Random(60, 2));

        Approximately.Equal(model, Merge(method, source, [model]));
    }

    [Theory]
    [InlineData("task_arithmetic")]
    [InlineData("dare_linear")]
    [InlineData("della_linear")]
    [InlineData("breadcrumbs")]
    public void Merge_WeightZero_Base(string method)
    {
        var (source, model) = (Random(60, 1), Random(60, 2));

        Approximately.Equal(source, Merge(method, source, [model, model], modelParameters: [Weight(0), Weight(0)]));
    }

    [Theory]
    [InlineData("task_arithmetic")]
    [InlineData("ties")]
    [InlineData("breadcrumbs")]
    [InlineData("breadcrumbs_ties")]
    public void Merge_OrderOfModels_DoesNotMatter(string method)
    {
        var (source, a, b) = (Random(60, 1), Random(60, 2), Random(60, 3));
        Dictionary<string, double>[] parameters = [Weight(0.7, method == "task_arithmetic" ? null : 0.5), Weight(1.1, method == "task_arithmetic" ? null : 0.8)];

        var there = Merge(method, source, [a, b], modelParameters: parameters);
        var back = Merge(method, source, [b, a], modelParameters: [parameters[1], parameters[0]]);

        Approximately.Equal(there, back);
    }

    [Theory]
    [InlineData("dare_linear")]
    [InlineData("della_linear")]
    public void Merge_ManySeeds_MeanIsTheModel(string method)
    {
        const int Seeds = 4000;
        float[] model = [1, -2, 3, 4];
        var parameters = new Dictionary<string, double> { ["weight"] = 1, ["density"] = 0.5 };
        var sums = new double[model.Length];

        for (ulong seed = 0; seed < Seeds; seed++)
        {
            var merged = Merge(method, new float[4], [model], modelParameters: [parameters], seed: seed);
            for (var i = 0; i < sums.Length; i++) sums[i] += merged[i] / Seeds;
        }

        // Deviation of one kept value: |x| sqrt((1 - p) / p), at most 1.4 |x| for p from 0.35; five standard errors.
        for (var i = 0; i < sums.Length; i++) Assert.Equal(model[i], sums[i], 5 * 1.4 * Math.Abs(model[i]) / Math.Sqrt(Seeds));
    }
}
