using Attune.Adaptation.Objectives;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Objectives;

public sealed class CtcObjectiveTests
{
    private readonly CtcObjective _objective = new(blankId: 0);

    public CtcObjectiveTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void Evaluate_TwoFrames_IsTheHandComputedLoss()
    {
        // p(blank, a, b) is (1/2, 1/4, 1/4), then (1/5, 3/5, 1/5). "a" is written by aa, a- and -a:
        // 1/4 3/5 + 1/4 1/5 + 1/2 3/5 = 1/2.
        using var scope = NewDisposeScope();
        var loss = _objective.Evaluate(Logits([0.5f, 0.25f, 0.25f], [0.2f, 0.6f, 0.2f]), [2], [[1]]);

        Assert.Equal(Math.Log(2), loss.item<float>(), 1e-6);
    }

    [Fact]
    public void Evaluate_RepeatedLabel_NeedsABlankBetween()
    {
        // "aa" in three frames is a-a alone: 1/4 1/2 1/4 = 1/32; the loss is that of one of its two labels.
        using var scope = NewDisposeScope();
        float[] frame = [0.5f, 0.25f, 0.25f];
        var loss = _objective.Evaluate(Logits(frame, frame, frame), [3], [[1, 1]]);

        Assert.Equal(Math.Log(32) / 2, loss.item<float>(), 1e-6);
    }

    [Fact]
    public void Evaluate_TooFewFrames_CountsAsZeroWithoutGradient()
    {
        using var scope = NewDisposeScope();
        var logits = Logits([0.5f, 0.25f, 0.25f], [0.2f, 0.6f, 0.2f]).requires_grad_(true);
        var loss = _objective.Evaluate(logits, [2], [[1, 1]]);

        var gradient = autograd.grad([loss], [logits])[0];

        Assert.Equal(0, loss.item<float>());
        Assert.Equal(0, gradient.abs().max().item<float>());
    }

    [Fact]
    public void Evaluate_PaddedBatch_IsTheMeanOverAllSymbols()
    {
        int[] counts = [9, 4, 7];
        int[][] labels = [[1, 2, 2, 1], [3], [4, 1]];
        var rows = counts.Select((_, row) => Random(9 * 5, seed: row)).ToArray();
        using var scope = NewDisposeScope();
        var together = _objective.Evaluate(tensor(rows.SelectMany(row => row).ToArray(), [3, 9, 5]), counts, labels);

        var sum = 0.0;
        for (var row = 0; row < 3; row++)
        {
            var alone = tensor(rows[row], [1, 9, 5]).narrow(1, 0, counts[row]);
            sum += _objective.Evaluate(alone, [counts[row]], [labels[row]]).item<float>() * labels[row].Length;
        }

        Assert.Equal(sum / 7, together.item<float>(), 1e-5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void Evaluate_Gradient_IsTheSlopeOfTheLoss(double smoothing)
    {
        var objective = new CtcObjective(0, smoothing);
        int[] counts = [8, 5];
        int[][] labels = [[1, 2, 2], [3, 1]];
        using var scope = NewDisposeScope();
        // In float64, so that differences tell every digit that matters.
        var logits = tensor(Random(2 * 8 * 5, seed: 3), [2, 8, 5]).to(ScalarType.Float64).detach().requires_grad_(true);
        var gradient = autograd.grad([objective.Evaluate(logits, counts, labels)], [logits])[0].data<double>().ToArray();

        using var noGradients = no_grad();
        for (var i = 0; i < gradient.Length; i++)
        {
            double At(double step)
            {
                var changed = logits.clone();
                changed.view(-1).narrow(0, i, 1).add_(step);
                return objective.Evaluate(changed, counts, labels).item<double>();
            }

            Assert.Equal((At(1e-4) - At(-1e-4)) / 2e-4, gradient[i], 1e-6);
        }
    }

    [Fact]
    public void Evaluate_LabelSmoothing_AddsTheDivergenceFromUniform()
    {
        // Of p = (1/2, 1/4, 1/4): ln 3 - (1/2 ln 2 + 1/2 ln 4) = ln 3 - 3/2 ln 2. CTC of "a" in one frame: ln 4.
        using var scope = NewDisposeScope();
        var loss = new CtcObjective(0, 0.1).Evaluate(Logits([0.5f, 0.25f, 0.25f]), [1], [[1]]);

        Assert.Equal((0.9 * Math.Log(4)) + (0.1 * (Math.Log(3) - (1.5 * Math.Log(2)))), loss.item<float>(), 1e-6);
    }

    private static Tensor Logits(params float[][] probabilities) =>
        tensor(probabilities.SelectMany(frame => frame.Select(value => MathF.Log(value))).ToArray(), [1, probabilities.Length, probabilities[0].Length]);

    private static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(4 * random.NextDouble()) - 2)];
    }
}
