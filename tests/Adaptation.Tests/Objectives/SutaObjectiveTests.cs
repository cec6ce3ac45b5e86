using Attune.Adaptation.Objectives;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Objectives;

public sealed class SutaObjectiveTests
{
    private readonly SutaObjective _objective = new(blankId: 0);

    public SutaObjectiveTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void Evaluate_TwoSymbolsOneFrame_IsTheHandComputedLoss()
    {
        // Logits 0 and 2.5 ln 3 give p = (1/4, 3/4): H = ln 4 - 3/4 ln 3. With one frame w = 1, so C = p^T p, whose rows
        // divided by their sums are both p; off the diagonal lie 3/4 and 1/4, so mcc = 1 / 2.
        using var scope = NewDisposeScope();
        var terms = _objective.Evaluate(tensor(new[] { 0f, 2.5f * MathF.Log(3) }, [1, 1, 2]), [1]);

        var entropy = Math.Log(4) - (0.75 * Math.Log(3));
        Assert.Equal(entropy, terms.Entropy.item<float>(), 1e-6);
        Assert.Equal(0.5, terms.ClassConfusion.item<float>(), 1e-6);
        Assert.Equal((0.3 * entropy) + (0.7 * 0.5), terms.Loss.item<float>(), 1e-6);
        Assert.False(terms.AllBlank.item<bool>());
    }

    [Fact]
    public void Evaluate_RandomLogits_IsTheFormulaInPlainArithmetic()
    {
        var (frames, symbols) = (17, 6);
        var logits = Random(frames * symbols, seed: 1);
        using var scope = NewDisposeScope();

        var terms = _objective.Evaluate(tensor(logits, [1, frames, symbols]), [frames]);

        var (entropy, confusion) = Plain(logits, frames, symbols);
        Assert.Equal(entropy, terms.Entropy.item<float>(), 1e-5);
        Assert.Equal(confusion, terms.ClassConfusion.item<float>(), 1e-5);
    }

    [Fact]
    public void Evaluate_OnlyBlanks_HasNoEntropyAndSaysSo()
    {
        using var scope = NewDisposeScope();
        var terms = _objective.Evaluate(tensor(new[] { 3f, 0, 0, 2, 1, 0 }, [1, 2, 3]), [2]);

        Assert.Equal(0, terms.Entropy.item<float>());
        Assert.True(terms.AllBlank.item<bool>());
        Assert.True(terms.ClassConfusion.item<float>() > 0);
        Assert.Equal(0.7 * terms.ClassConfusion.item<float>(), terms.Loss.item<float>(), 1e-6);
    }

    [Fact]
    public void Evaluate_PaddedBatch_IsThatOfItsUtterances()
    {
        const int symbols = 5;
        int[] counts = [9, 4, 7];
        var rows = counts.Select(count => Random(count * symbols, seed: count)).ToArray();
        using var scope = NewDisposeScope();
        // Padding is anything: here large logits that would change every term.
        var padded = full(3, 9, symbols, 50f);
        padded[.., .., 2] = 99;
        for (var row = 0; row < 3; row++) padded[row].narrow(0, 0, counts[row]).copy_(tensor(rows[row], [counts[row], symbols]));

        var together = _objective.Evaluate(padded, counts);

        for (var row = 0; row < 3; row++)
        {
            var alone = _objective.Evaluate(tensor(rows[row], [1, counts[row], symbols]), [counts[row]]);
            Assert.Equal(alone.Loss.item<float>(), together.Loss[row].item<float>(), 1e-6);
            Assert.Equal(alone.Entropy.item<float>(), together.Entropy[row].item<float>(), 1e-6);
            Assert.Equal(alone.AllBlank.item<bool>(), together.AllBlank[row].item<bool>());
        }
    }

    [Fact]
    public void Evaluate_FramesInAnotherOrder_IsTheSame()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(Random(40, seed: 3), [1, 8, 5]);

        Assert.Equal(
            _objective.Evaluate(logits, [8]).Loss.item<float>(),
            _objective.Evaluate(logits.flip(1), [8]).Loss.item<float>(),
            1e-6);
    }

    [Fact]
    public void Evaluate_MoreConfidentLogits_LowersTheLoss()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(Random(40, seed: 4), [1, 8, 5]);

        Assert.True(_objective.Evaluate(logits * 5, [8]).Loss.item<float>() < _objective.Evaluate(logits, [8]).Loss.item<float>());
    }

    private static (double Entropy, double Confusion) Plain(float[] logits, int frames, int symbols)
    {
        var p = new double[frames, symbols];
        var h = new double[frames];
        double entropySum = 0, notBlank = 0, weightSum = 0;
        for (var t = 0; t < frames; t++)
        {
            var frame = logits[(t * symbols)..((t + 1) * symbols)];
            var total = frame.Sum(logit => Math.Exp(logit / 2.5));
            for (var v = 0; v < symbols; v++)
            {
                p[t, v] = Math.Exp(frame[v] / 2.5) / total;
                h[t] -= p[t, v] * Math.Log(p[t, v]);
            }

            if (Array.IndexOf(frame, frame.Max()) != 0) (entropySum, notBlank) = (entropySum + h[t], notBlank + 1);
            weightSum += 1 + Math.Exp(-h[t]);
        }

        var confusion = 0.0;
        for (var i = 0; i < symbols; i++)
        {
            var row = new double[symbols];
            for (var j = 0; j < symbols; j++)
                for (var t = 0; t < frames; t++) row[j] += frames * (1 + Math.Exp(-h[t])) / weightSum * p[t, i] * p[t, j];
            confusion += 1 - (row[i] / row.Sum());
        }

        return (entropySum / notBlank, confusion / symbols);
    }

    private static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(8 * (random.NextDouble() - 0.5)))];
    }
}
