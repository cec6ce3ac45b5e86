using Attune.Adaptation.Training;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Training;

public sealed class SpecAugmentTests
{
    [Fact]
    public void Mark_ManyUtterances_StartsTheExpectedNumberOfSpans()
    {
        var random = new Random(1);
        var marked = 0.0;
        for (var i = 0; i < 2_000; i++)
        {
            var cells = new float[200];
            SpecAugment.Mark(cells, 1, probability: 0.1, length: 4, minimumSpans: 0, random);
            marked += cells.Sum();
        }

        // Five spans of four cells; overlaps hide about a twentieth of them.
        Assert.InRange(marked / 2_000, 18, 20);
    }

    [Fact]
    public void Mark_ShortUtterance_StaysWithin()
    {
        var cells = new float[3];
        SpecAugment.Mark(cells, 1, probability: 1, length: 10, minimumSpans: 2, new Random(1));

        Assert.Equal([1, 1, 1], cells);
    }

    [Fact]
    public void Apply_HiddenFrames_BecomeTheEmbeddingAndPaddingIsLeft()
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        var options = new SpecAugmentOptions { MaskTimeProbability = 1, MaskTimeLength = 2 };

        var masked = new SpecAugment(options).Apply(ones(2, 8, 3), tensor(new[] { 5f, 6, 7 }), [8, 4], new Random(1));

        for (var frame = 0; frame < 8; frame++)
        {
            var value = masked[1, frame].data<float>().ToArray();
            if (frame >= 4) Assert.Equal([1, 1, 1], value);
            else Assert.True(value is [1, 1, 1] or [5, 6, 7]);
        }

        Assert.Contains(masked[0].narrow(1, 0, 1).data<float>().ToArray(), value => value == 5);
    }

    [Fact]
    public void Apply_HiddenChannels_AreZeroInEveryFrame()
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        var options = new SpecAugmentOptions { MaskTimeProbability = 0, MaskFeatureProbability = 0.5, MaskFeatureLength = 2 };

        var masked = new SpecAugment(options).Apply(ones(1, 5, 12), zeros(12), [5], new Random(1));

        var sums = masked.sum(1).data<float>().ToArray();
        Assert.All(sums, sum => Assert.True(sum is 0 or 5));
        Assert.Contains(0, sums);
    }
}
