using Attune.Adaptation.Checkpoints.Merging;
using static Attune.Adaptation.Tests.Checkpoints.Merging.Tensors;

namespace Attune.Adaptation.Tests.Checkpoints.Merging;

public sealed class KarcherMeanTests
{
    [Fact]
    public void Merge_RightAngle_MiddleAtMeanLength()
    {
        Approximately.Equal([1.4142135623730951, 1.4142135623730951], Merge("karcher", null, [[1, 0], [0, 3]]));
    }

    [Fact]
    public void Merge_ThreeAxes_SpaceDiagonal()
    {
        const double Third = 0.57735026918962576;

        Approximately.Equal([Third, Third, Third], Merge("karcher", null, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]));
    }

    [Fact]
    public void Merge_RandomModels_ArcsToThemCancel()
    {
        float[][] models = [Random(60, 1), Random(60, 2), Random(60, 3)];

        var mean = Merge("karcher", null, models, new() { ["max_iter"] = 100, ["tol"] = 1e-9 });

        // The gradient of the sum of squared arcs: zero at the mean.
        var unit = Array.ConvertAll(mean, value => (float)(value / Vectors.Norm(mean)));
        var gradient = new double[60];
        foreach (var model in models)
        {
            var cosine = Vectors.Cosine(unit, model);
            var angle = Math.Acos(cosine);
            for (var i = 0; i < 60; i++) gradient[i] += angle / Math.Sin(angle) * ((model[i] / Vectors.Norm(model)) - (cosine * unit[i]));
        }

        Assert.All(gradient, value => Assert.Equal(0, value, 1e-6));
    }

    [Fact]
    public void Merge_ZeroTensor_OnlyShortens()
    {
        Approximately.Equal([1.5, 2.0], Merge("karcher", null, [[3, 4], [0, 0]]));
    }

    [Fact]
    public void Merge_EqualModels_ThatModel()
    {
        var model = Random(60, 1);

        Approximately.Equal(model, Merge("karcher", null, [model, model]));
    }

    [Fact]
    public void Merge_OrderOfModels_DoesNotMatter()
    {
        float[][] models = [Random(60, 1), Random(60, 2), Random(60, 3)];

        Approximately.Equal(Merge("karcher", null, models), Merge("karcher", null, [models[2], models[0], models[1]]));
    }
}
