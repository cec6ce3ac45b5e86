using static Attune.Adaptation.Tests.Checkpoints.Merging.Tensors;

namespace Attune.Adaptation.Tests.Checkpoints.Merging;

public sealed class SubtractionTests
{
    [Fact]
    public void Subtract_TaskVectorFromBase_Negated()
    {
        Approximately.Equal([0.5, 1.0], Merge("subtract", [1, 2], [[2, 4]], modelParameters: [Weight(0.5)]));
    }

    [Fact]
    public void Subtract_Ancestor_TaskVectorsStartThere()
    {
        // (5, 5) - 2 (0.5 (3 - 1, 4 - 1) + 1 (2 - 1, 1 - 1))
        var merged = Merge("subtract", [5, 5], [[3, 4], [2, 1]], new() { ["lambda"] = 2 }, [Weight(0.5), Weight(1)], ancestor: [1, 1]);

        Approximately.Equal([1.0, 2.0], merged);
    }

    [Fact]
    public void Subtract_WhatWasAdded_BaseAgain()
    {
        var (source, a, b) = (Random(60, 1), Random(60, 2), Random(60, 3));
        Dictionary<string, double>[] weights = [Weight(0.7), Weight(0.4)];

        var both = Merge("task_arithmetic", source, [a, b], modelParameters: weights);
        var restored = Merge("subtract", both, [a, b], modelParameters: weights, ancestor: source);

        Approximately.Equal(source, restored);
    }
}
