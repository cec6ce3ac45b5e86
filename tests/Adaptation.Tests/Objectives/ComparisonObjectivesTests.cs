using Attune.Adaptation.Objectives;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Objectives;

public sealed class ComparisonObjectivesTests
{
    public ComparisonObjectivesTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void Entropy_HandCase_IsTheMeanOverAllFrames()
    {
        using var scope = NewDisposeScope();
        // (1/4, 3/4) has ln 4 - 3/4 ln 3; (1/2, 1/2) has ln 2. Blanks count: both frames are blank or tied with it.
        var logits = tensor(new[] { MathF.Log(3), 0f, 0f, 0f }, [1, 2, 2]);

        var terms = new EntropyObjective(blankId: 0).Evaluate(logits, [2]);

        var expected = (Math.Log(4) - (0.75 * Math.Log(3)) + Math.Log(2)) / 2;
        Assert.Equal(expected, terms.Loss.item<float>(), 1e-6);
        Assert.True(terms.AllBlank.item<bool>());
    }

    [Fact]
    public void Entropy_PaddedBatch_IsThatOfItsUtterances()
    {
        using var scope = NewDisposeScope();
        var values = Random(2 * 5 * 4, seed: 3);
        var objective = new EntropyObjective(blankId: 0);

        var both = objective.Evaluate(tensor(values, [2, 5, 4]), [5, 3]).Loss;

        Assert.Equal(objective.Evaluate(tensor(values[..20], [1, 5, 4]), [5]).Loss.item<float>(), both[0].item<float>(), 1e-6);
        Assert.Equal(objective.Evaluate(tensor(values[20..32], [1, 3, 4]), [3]).Loss.item<float>(), both[1].item<float>(), 1e-6);
    }

    [Fact]
    public void PseudoLabels_HandCase_AreMergedSymbolsWithoutBlanks()
    {
        using var scope = NewDisposeScope();
        var logits = OneHot([1, 1, 0, 1, 2, 2, 0, 0], symbols: 3);

        Assert.Equal([1, 1, 2], PseudoLabelObjective.Labels(logits, 8, blankId: 0));
        Assert.Equal([1, 1], PseudoLabelObjective.Labels(logits, 4, blankId: 0));
    }

    [Fact]
    public void PseudoLabels_Batch_IsCtcOnItsOwnTranscriptWithGradient()
    {
        using var scope = NewDisposeScope();
        var values = Random(2 * 6 * 4, seed: 5);
        var logits = tensor(values, [2, 6, 4], requires_grad: true);

        var terms = new PseudoLabelObjective(blankId: 0).Evaluate(logits, [6, 6]);

        for (var row = 0; row < 2; row++)
        {
            var one = tensor(values[(row * 24)..((row + 1) * 24)], [1, 6, 4]);
            var labels = PseudoLabelObjective.Labels(one, 6, blankId: 0);
            Assert.Equal(new CtcObjective(0).Evaluate(one, [6], [labels]).item<float>(), terms.Loss[row].item<float>(), 1e-5);
        }

        terms.Loss.sum().backward();
        Assert.True(logits.grad!.abs().sum().item<float>() > 0);
    }

    [Fact]
    public void PseudoLabels_OnlyBlanks_HasNoLossAndNoGradient()
    {
        using var scope = NewDisposeScope();
        var logits = OneHot([0, 0, 0], symbols: 3).requires_grad_(true);

        var terms = new PseudoLabelObjective(blankId: 0).Evaluate(logits, [3]);
        terms.Loss.sum().backward();

        Assert.Equal(0, terms.Loss.item<float>());
        Assert.True(terms.AllBlank.item<bool>());
        Assert.Equal(0, logits.grad!.abs().sum().item<float>());
    }

    private static Tensor OneHot(int[] symbolOfFrame, int symbols) => tensor(
        symbolOfFrame.SelectMany(symbol => Enumerable.Range(0, symbols).Select(other => other == symbol ? 5f : 0f)).ToArray(),
        [1, symbolOfFrame.Length, symbols]);

    private static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(4 * (random.NextDouble() - 0.5)))];
    }
}
