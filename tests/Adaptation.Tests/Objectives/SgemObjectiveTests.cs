using Attune.Adaptation.Objectives;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Objectives;

public sealed class SgemObjectiveTests : IDisposable
{
    private readonly Model _model;
    private readonly LanguageLogits _language;
    private readonly SgemObjective _plain;
    private readonly SgemObjective _withLanguage;

    public SgemObjectiveTests()
    {
        TorchRuntime.EnsureLoaded();
        _model = TestModels.Open("spoken-numbers-en", out _);
        _language = TestLanguage.Of(_model).CreateLanguageLogits(SgemObjective.BeamWidth)!;
        _plain = new SgemObjective(_model.Config.BlankId);
        _withLanguage = new SgemObjective(_model.Config.BlankId, _language);
    }

    private int Symbols => _model.Config.VocabularySize;

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Evaluate_TwoSymbolsOneFrame_IsTheHandComputedLoss()
    {
        // Logits 0 and 2.5 ln 3 give p = (1/4, 3/4) at temperature 2.5. Without temperature the first has 1 / (1 + 3^2.5) = 0.06, below 0.4 / 2: it is negative.
        using var scope = NewDisposeScope();
        var terms = _plain.Evaluate(tensor(new[] { 0f, 2.5f * MathF.Log(3) }, [1, 1, 2]), [1]);

        var entropy = -2 * Math.Log(Math.Pow(0.25, 1.5) + Math.Pow(0.75, 1.5));
        Assert.Equal(entropy, terms.Entropy.item<float>(), 1e-6);
        Assert.Equal(entropy - Math.Log(1 - 0.25), terms.Loss.item<float>(), 1e-6);
        Assert.Equal(0, terms.ClassConfusion.item<float>());
        Assert.False(terms.AllBlank.item<bool>());
    }

    [Fact]
    public void Evaluate_NoImprobableSymbol_IsTheEntropyAlone()
    {
        // p(first) = 1 / (1 + e) = 0.27 without temperature, above 0.4 / 2.
        using var scope = NewDisposeScope();
        var terms = _plain.Evaluate(tensor(new[] { 0f, 1f }, [1, 1, 2]), [1]);

        Assert.Equal(terms.Entropy.item<float>(), terms.Loss.item<float>());
        Assert.True(terms.Entropy.item<float>() > 0);
    }

    [Fact]
    public void Evaluate_RandomLogits_IsTheFormulaInPlainArithmetic()
    {
        var (frames, symbols) = (17, 6);
        var logits = Random(frames * symbols, seed: 1);
        using var scope = NewDisposeScope();

        var terms = _plain.Evaluate(tensor(logits, [1, frames, symbols]), [frames]);

        var (entropy, negative) = Plain(logits, frames, symbols);
        Assert.True(negative > 0);
        Assert.Equal(entropy, terms.Entropy.item<float>(), 1e-5);
        Assert.Equal(entropy + negative, terms.Loss.item<float>(), 1e-5);
    }

    [Fact]
    public void Evaluate_OnlyBlanks_IsNegativeSamplingAloneAndSaysSo()
    {
        using var scope = NewDisposeScope();
        var terms = _plain.Evaluate(tensor(new[] { 6f, 0, 0, 5, 1, 0 }, [1, 2, 3]), [2]);

        Assert.Equal(0, terms.Entropy.item<float>());
        Assert.True(terms.AllBlank.item<bool>());
        Assert.True(terms.Loss.item<float>() > 0);
    }

    [Fact]
    public void Evaluate_Language_IsTheLossOfLogitsWithAShareOfIt()
    {
        using var scope = NewDisposeScope();
        var values = Random(20 * Symbols, seed: 2);
        var added = _language.Along(new Logits(values, Symbols));
        float[] sum = [.. values.Zip(added, (value, more) => value + (0.3f * more))];

        var with = _withLanguage.Evaluate(tensor(values, [1, 20, Symbols]), [20]);
        var expected = _plain.Evaluate(tensor(sum, [1, 20, Symbols]), [20]);

        Assert.Contains(added, value => value < -1); // words that there are none of
        Assert.Equal(expected.Loss.item<float>(), with.Loss.item<float>(), 1e-5);
        Assert.Equal(expected.Entropy.item<float>(), with.Entropy.item<float>(), 1e-5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Evaluate_PaddedBatch_IsThatOfItsUtterances(bool hasLanguage)
    {
        int[] counts = [19, 4, 11];
        var objective = hasLanguage ? _withLanguage : _plain;
        var rows = counts.Select(count => Random(count * Symbols, seed: count)).ToArray();
        using var scope = NewDisposeScope();
        // Padding is anything: here large logits that would change every term.
        var padded = full(3, 19, Symbols, 50f);
        padded[.., .., 7] = 99;
        for (var row = 0; row < 3; row++) padded[row].narrow(0, 0, counts[row]).copy_(tensor(rows[row], [counts[row], Symbols]));

        var together = objective.Evaluate(padded, counts);

        for (var row = 0; row < 3; row++)
        {
            var alone = objective.Evaluate(tensor(rows[row], [1, counts[row], Symbols]), [counts[row]]);
            Assert.Equal(alone.Loss.item<float>(), together.Loss[row].item<float>(), 1e-5);
            Assert.Equal(alone.Entropy.item<float>(), together.Entropy[row].item<float>(), 1e-5);
            Assert.Equal(alone.AllBlank.item<bool>(), together.AllBlank[row].item<bool>());
        }
    }

    [Fact]
    public void Evaluate_OneRowIsNoNumber_TheOtherIsUntouched()
    {
        var values = Random(8 * Symbols, seed: 6);
        using var scope = NewDisposeScope();
        var both = stack([tensor(values, [8, Symbols]), full(8, Symbols, float.NaN)]);

        var together = _withLanguage.Evaluate(both, [8, 8]);

        Assert.Equal(_withLanguage.Evaluate(tensor(values, [1, 8, Symbols]), [8]).Loss.item<float>(), together.Loss[0].item<float>(), 1e-5);
        Assert.False(float.IsFinite(together.Loss[1].item<float>()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Evaluate_Gradient_IsTheSlopeOfTheLoss(bool hasLanguage)
    {
        int[] counts = [6, 4];
        var objective = hasLanguage ? _withLanguage : _plain;
        using var scope = NewDisposeScope();
        // In float64, so that differences tell every digit that matters.
        var logits = tensor(Random(2 * 6 * Symbols, seed: 3), [2, 6, Symbols]).to(ScalarType.Float64).detach().requires_grad_(true);
        var gradient = autograd.grad([objective.Evaluate(logits, counts).Loss.sum()], [logits])[0].data<double>().ToArray();

        using var noGradients = no_grad();
        for (var i = 0; i < gradient.Length; i++)
        {
            using var one = NewDisposeScope();
            double At(double step)
            {
                var changed = logits.clone();
                changed.view(-1).narrow(0, i, 1).add_(step);
                return objective.Evaluate(changed, counts).Loss.sum().item<double>();
            }

            Assert.Equal((At(1e-4) - At(-1e-4)) / 2e-4, gradient[i], 1e-6);
        }
    }

    [Fact]
    public void Evaluate_AConstantAddedToAFrame_ChangesNothing()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(Random(12 * Symbols, seed: 4), [1, 12, Symbols]);
        var shifted = logits + tensor(Random(12, seed: 5), [1, 12, 1]);

        foreach (var objective in new[] { _plain, _withLanguage })
            Assert.Equal(objective.Evaluate(logits, [12]).Loss.item<float>(), objective.Evaluate(shifted, [12]).Loss.item<float>(), 1e-5);
    }

    [Fact]
    public void Evaluate_FramesOrSymbolsInAnotherOrder_IsTheSameWithoutLanguage()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(Random(40, seed: 3), [1, 8, 5]);
        var symbols = cat([logits.narrow(2, 0, 1), logits.narrow(2, 1, 4).flip(2)], 2); // the blank stays

        var loss = _plain.Evaluate(logits, [8]).Loss.item<float>();

        Assert.Equal(loss, _plain.Evaluate(logits.flip(1), [8]).Loss.item<float>(), 1e-5);
        Assert.Equal(loss, _plain.Evaluate(symbols, [8]).Loss.item<float>(), 1e-5);
    }

    [Fact]
    public void Evaluate_FurtherImprobable_LowersNegativeSampling()
    {
        // Blanks, so that there is no entropy; the third symbol is negative in both.
        using var scope = NewDisposeScope();
        float Loss(float logit) => _plain.Evaluate(tensor(new[] { 3f, 2.9f, logit }, [1, 1, 3]), [1]).Loss.item<float>();

        Assert.True(Loss(-6) < Loss(-1));
        Assert.Equal(0, Loss(-60), 1e-6);
    }

    [Fact]
    public void Evaluate_ManyTimes_LeavesNoTensorBehind()
    {
        Evaluate();
        var before = LiveTensors.Settle();

        for (var i = 0; i < 5; i++) Evaluate();

        Assert.Equal(before, Tensor.TotalCount);

        void Evaluate()
        {
            using var scope = NewDisposeScope();
            var logits = tensor(Random(2 * 9 * Symbols, seed: 7), [2, 9, Symbols], requires_grad: true);
            _ = autograd.grad([_withLanguage.Evaluate(logits, [9, 5]).Loss.sum()], [logits]);
        }
    }

    private static (double Entropy, double Negative) Plain(float[] logits, int frames, int symbols)
    {
        double entropySum = 0, notBlank = 0, negativeSum = 0;
        for (var t = 0; t < frames; t++)
        {
            var frame = logits[(t * symbols)..((t + 1) * symbols)];
            double[] sharp = Softmax(frame, 1), soft = Softmax(frame, 2.5);
            if (Array.IndexOf(frame, frame.Max()) != 0)
            {
                entropySum += Math.Log(soft.Sum(p => Math.Pow(p, 1.5))) / (1 - 1.5);
                notBlank++;
            }

            negativeSum -= Math.Log(1 - soft.Where((_, v) => sharp[v] < 0.4 / symbols).Sum());
        }

        return (entropySum / notBlank, negativeSum / frames);
    }

    private static double[] Softmax(float[] logits, double temperature)
    {
        var sum = logits.Sum(logit => Math.Exp(logit / temperature));
        return [.. logits.Select(logit => Math.Exp(logit / temperature) / sum)];
    }

    private static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(8 * (random.NextDouble() - 0.5)))];
    }
}
