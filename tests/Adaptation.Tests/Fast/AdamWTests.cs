using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Fast;

public sealed class AdamWTests
{
    private static readonly ParameterLayout Layout = new(
    [
        new ModelParameter("extractor", [2], ModelPart.FeatureExtractor),
        new ModelParameter("projection", [1], ModelPart.FeatureProjection),
        new ModelParameter("layer", [1], ModelPart.TransformerLayer, Layer: 0),
    ]);

    public AdamWTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void Step_TwoGradients_AreTheHandComputedUpdates()
    {
        using var parameters = Parameters();
        using var optimizer = new AdamW(parameters, learningRate: 0.1);

        // First: m = 0.1 g, v = 0.001 g^2; corrected m = g, v = g^2: every value moves by 0.1 against the sign of its gradient.
        optimizer.Step(parameters, tensor(new[] { 2f, -3f, 0.5f, 0f }, [1, 4]));
        Assert.Equal([0.9f, 1.1f, 0.9f, 1f], Values(parameters), Close);

        // Second, first value: m = 0.9 x 0.2 + 0.1 x 1 = 0.28, v = 0.999 x 0.004 + 0.001 x 1 = 0.004996.
        optimizer.Step(parameters, tensor(new[] { 1f, 0f, 0f, 0f }, [1, 4]));
        var expected = 0.9 - (0.1 * (0.28 / (1 - 0.81)) / (Math.Sqrt(0.004996 / (1 - 0.998001)) + 1e-8));
        Assert.Equal(expected, Values(parameters)[0], 1e-5);
    }

    [Fact]
    public void Step_RepeatedPerEnclosingModule_AppliesTheSameGradientAsOften()
    {
        using var repeated = Parameters();
        using var single = Parameters();
        using var repeating = new AdamW(repeated, learningRate: 0.1, repeatUpdatesPerEnclosingModule: true);
        using var plain = new AdamW(single, learningRate: 0.1);
        using var gradients = tensor(new[] { 2f, -3f, 0.5f, 1f }, [1, 4]);

        repeating.Step(repeated, gradients);

        // Four times for the extractor, twice for the projection, once for the rest: as so many steps with the same gradient.
        var expected = new float[4][];
        for (var step = 0; step < 4; step++)
        {
            plain.Step(single, gradients);
            expected[step] = Values(single);
        }

        Assert.Equal([expected[3][0], expected[3][1], expected[1][2], expected[0][3]], Values(repeated), Close);
    }

    [Fact]
    public void Step_TwoRows_AreIndependent()
    {
        using var parameters = new ParameterTensors([new(Layout, new float[] { 1, 1, 1, 1 }), new(Layout, new float[] { 5, 5, 5, 5 })]);
        using var optimizer = new AdamW(parameters, learningRate: 0.1);

        optimizer.Step(parameters, tensor(new[] { 1f, 1f, 1f, 1f, 0f, 0f, 0f, -7f }, [2, 4]));

        Assert.Equal([0.9f, 0.9f, 0.9f, 0.9f], parameters.ToParameters(0).Values.ToArray(), Close);
        Assert.Equal([5f, 5f, 5f, 5.1f], parameters.ToParameters(1).Values.ToArray(), Close);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_FromMomentsOfAnEarlierStep_GoesOnAsIfNothingHadHappened(bool repeat)
    {
        using var whole = Parameters();
        using var uninterrupted = new AdamW(whole, learningRate: 0.1, repeat);
        using var first = tensor(new[] { 2f, -3f, 0.5f, 0f }, [1, 4]);
        using var second = tensor(new[] { -1f, 4f, 0.25f, 1f }, [1, 4]);
        uninterrupted.Step(whole, first);
        var moments = uninterrupted.ToMoments(0);
        using var rest = new ParameterTensors(whole.ToParameters(0));
        using var resumed = new AdamW(rest, learningRate: 0.1, repeat, moments);

        uninterrupted.Step(whole, second);
        resumed.Step(rest, second);

        Assert.Equal(Values(whole), Values(rest));
        Assert.Equal(uninterrupted.ToMoments(0)!.Second.ToArray(), resumed.ToMoments(0)!.Second.ToArray());
        Assert.Equal(2, resumed.ToMoments(0)!.Steps);
    }

    /// <summary>Most values are moved several at once, the last ones of a buffer alone.</summary>
    [Fact]
    public void Step_EqualValues_MoveAlikeWhereverTheyLie()
    {
        const int count = 67;
        var layout = new ParameterLayout([new ModelParameter("layer", [count], ModelPart.TransformerLayer, Layer: 0)]);
        using var parameters = new ParameterTensors(new AdaptableParameters(layout, Enumerable.Repeat(1f, count).ToArray()));
        using var optimizer = new AdamW(parameters, learningRate: 0.1);
        foreach (var gradient in new[] { 0.3f, -0.7f, 2e-6f })
        {
            using var gradients = full([1, count], gradient);
            optimizer.Step(parameters, gradients);
        }

        Assert.Single(Values(parameters).Distinct());
        Assert.Single(optimizer.ToMoments(0)!.First.ToArray().Distinct());

        // m = 0.1 (0.81 x 0.3 - 0.9 x 0.7), v = 0.001 (0.998001 x 0.09 + 0.999 x 0.49): what the third, tiny gradient adds is beyond five digits.
        Assert.Equal(0.1 * ((0.81 * 0.3) - (0.9 * 0.7)), optimizer.ToMoments(0)!.First.Span[0], 1e-6);
        Assert.Equal(0.001 * ((0.998001 * 0.09) + (0.999 * 0.49)), optimizer.ToMoments(0)!.Second.Span[0], 1e-8);
    }

    /// <summary>What an accelerator computes, on rows that come from moments of different age.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_ByLibtorchsOperations_IsTheSame(bool repeat)
    {
        Assert.Equal(Run(inOnePass: true), Run(inOnePass: false), Close);

        float[] Run(bool inOnePass)
        {
            using var parameters = new ParameterTensors([new(Layout, new float[] { 1, 1, 1, 1 }), new(Layout, new float[] { 5, 5, 5, 5 })]);
            var moments = new OptimizerMoments(new float[] { 0.1f, -0.2f, 0.3f, 0 }, new float[] { 0.5f, 0.1f, 0.2f, 0.1f }, 3);
            using var optimizer = new AdamW(parameters, 0.1, repeat, [moments, null]) { InOnePass = inOnePass };
            optimizer.Step(parameters, tensor(new[] { 1f, 2f, -1f, 0f, 0f, 3f, 0.5f, -7f }, [2, 4]));
            optimizer.Step(parameters, tensor(new[] { -2f, 2f, 1f, 1f, 1f, -3f, 0.5f, 7f }, [2, 4]));
            return [.. parameters.ToParameters(0).Values.ToArray(), .. parameters.ToParameters(1).Values.ToArray(), .. optimizer.ToMoments(0)!.Second.ToArray()];
        }
    }

    [Fact]
    public void ToMoments_BeforeTheFirstStep_IsNull()
    {
        using var parameters = Parameters();
        using var optimizer = new AdamW(parameters, learningRate: 0.1);

        Assert.Null(optimizer.ToMoments(0));
    }

    private static ParameterTensors Parameters() => new(new AdaptableParameters(Layout, new float[] { 1, 1, 1, 1 }));

    private static float[] Values(ParameterTensors parameters) => parameters.ToParameters(0).Values.ToArray();

    private static bool Close(float a, float b) => Math.Abs(a - b) < 1e-5;
}
