using static Attune.Adaptation.Tests.Checkpoints.Merging.Tensors;

namespace Attune.Adaptation.Tests.Checkpoints.Merging;

public sealed class ModelStockTests
{
    [Fact]
    public void Merge_SixtyDegrees_TwoThirdsOfTheAverage()
    {
        // cos = 1/2, so t = 2 (1/2) / (1 + 1/2) = 2/3; the average task vector is (0.75, 0.4330127).
        var merged = Merge("model_stock", [1, 1], [[2, 1], [1.5f, 1.8660254f]]);

        Approximately.Equal([1.5, 1.2886751345948129], merged);
    }

    [Fact]
    public void Merge_ThreeModels_MeanOfPairwiseCosines()
    {
        // Cosines 0, 1/sqrt 2 and 1/sqrt 2; their mean c = 0.4714045, t = 3 c / (1 + 2 c) = 0.7279221.
        var merged = Merge("model_stock", [0, 0], [[1, 0], [0, 1], [1, 1]]);

        Approximately.Equal([0.72792206135785 * 2 / 3, 0.72792206135785 * 2 / 3], merged);
    }

    [Fact]
    public void Merge_FilterWise_EachRowHasItsAngle()
    {
        // First row: at right angles, so the base. Second row: the same, so the model.
        var merged = Merge("model_stock", [0, 0, 0, 0], [[1, 0, 1, 1], [0, 1, 1, 1]], new() { ["filter_wise"] = 1 }, shape: [2, 2]);

        Approximately.Equal([0.0, 0.0, 1.0, 1.0], merged);
    }

    [Fact]
    public void Merge_OppositeTaskVectors_Base()
    {
        Approximately.Equal([3.0, 4.0], Merge("model_stock", [3, 4], [[4, 4], [2, 4]]));
    }

    [Fact]
    public void Merge_EqualModels_ThatModel()
    {
        var model = Random(60, 2);

        Approximately.Equal(model, Merge("model_stock", Random(60, 1), [model, model, model]));
    }

    [Fact]
    public void Merge_OrderOfModels_DoesNotMatter()
    {
        var (source, a, b, c) = (Random(60, 1), Random(60, 2), Random(60, 3), Random(60, 4));

        Approximately.Equal(Merge("model_stock", source, [a, b, c]), Merge("model_stock", source, [c, a, b]));
    }
}
