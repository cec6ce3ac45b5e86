using Attune.Adaptation.Network;
using Attune.Adaptation.Text;
using Attune.Adaptation.Text.Updates;
using Attune.Recognition.Acoustic;
using Attune.Text.Inference;
using Attune.Text.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Text.Updates;

[Collection(nameof(TinyTextNetworks))]
public sealed class TextUpdateTests(TinyTextNetworks tiny)
{
    private const double Rate = 1e-3;

    private readonly TextModel _model = tiny.Model;
    private readonly TextModel _classifier = tiny.Classifier;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void NextTokens_TextsOfTwoWindows_IsTheMeanOverAllTokens()
    {
        var texts = new[] { "the cat sat on the mat", "a" };
        var task = TextTask.NextTokens([.. texts.Select(text => TextWindows.Rows(_model, text, longest: 8))]);
        var expected = texts.SelectMany(text => TextWindows.Rows(_model, text, longest: 8)).Sum(Sum) / texts.Sum(text => _model.Tokenizer.Encode(text).Count);

        var loss = Causal().Evaluate(task, parameters: null, Token);

        Assert.Equal(expected, loss, 4);

        double Sum(int[] row)
        {
            using var scope = NewDisposeScope();
            var batch = new TokenBatch([row]);
            return NextTokenObjective.Evaluate(tiny.Network.Forward(parameters: null, batch), batch).item<float>() * (row.Length - 1);
        }
    }

    [Fact]
    public void Labels_TextsOfSeveralWindows_CountEachTextAlike()
    {
        var (one, three) = (TextWindows.Rows(_classifier, "the cat", 8), TextWindows.Rows(_classifier, string.Join(' ', Enumerable.Repeat("good", 15)), 8));
        Assert.Equal(3, three.Count);
        var task = TextTask.Labels([(one, 1), (three, 2)]);
        var expected = (Loss(one[0], 1) + (three.Sum(row => Loss(row, 2)) / 3)) / 2;

        Assert.Equal(expected, Classifier().Evaluate(task, parameters: null, Token), 5);

        double Loss(int[] row, int label)
        {
            using var scope = NewDisposeScope();
            return LabelObjective.Evaluate(tiny.Bert.Forward(parameters: null, new TokenBatch([row])), [label]).item<float>();
        }
    }

    [Fact]
    public void LabelEntropy_Logits_IsShannons()
    {
        using var scope = NewDisposeScope();
        var entropies = LabelEntropy.Evaluate(tensor(new[] { 0f, 0f, 0f, MathF.Log(3) }, [2, 2])).data<float>().ToArray();

        Assert.Equal(Math.Log(2), entropies[0], 5);
        Assert.Equal(-((0.25 * Math.Log(0.25)) + (0.75 * Math.Log(0.75))), entropies[1], 5);
    }

    [Theory]
    [InlineData("layer-norm")]
    [InlineData("all")]
    public void Gradient_OfEachTask_IsTheSlopeOfItsLoss(string set)
    {
        var causal = TextTask.NextTokens([TextWindows.Rows(_model, "the cat sat on the mat", 8), TextWindows.Rows(_model, "the", 8)]);
        var entropy = TextTask.Entropy([new TokenBatch([[2, 5, 6, 3]]), new TokenBatch([[2, 10, 11, 12, 3, 7, 3]], [[0, 0, 0, 0, 0, 1, 1]])]);

        AssertSlopes(Causal(set), causal);
        AssertSlopes(Classifier(set), entropy);
    }

    [Fact]
    public void Run_FiveSteps_AreThoseOfAdamW()
    {
        var task = TextTask.NextTokens([TextWindows.Rows(_model, "the cat sat", 16)]);
        using var parameters = new ParameterTensors(_model.Source(ParameterSet.Parse("layer-norm")));
        using var optimizer = new Adaptation.Fast.AdamW(parameters, Rate);
        var batch = new TokenBatch(TextWindows.Rows(_model, "the cat sat", 16));
        var losses = new List<double>();
        for (var step = 0; step < 5; step++)
        {
            using var scope = NewDisposeScope();
            var loss = NextTokenObjective.Evaluate(tiny.Network.Forward(parameters, batch), batch).sum();
            losses.Add(loss.item<float>());
            optimizer.Step(parameters, parameters.Gradients(loss));
        }

        var before = LiveTensors.Settle();
        var result = Causal().Run(task, steps: 5, remaining: null, Token)!;

        Assert.Equal(losses, result.Steps.Select(step => step.Loss), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.True(TestDistance(parameters.ToParameters(0), result.Parameters) < 1e-5);
        Assert.True(result.IsSound && result.LossAfter < losses[0]);
        Assert.Equal(before, LiveTensors.Settle());
    }

    [Fact]
    public void Run_ZeroSteps_IsTheModel()
    {
        var result = Causal().Run(TextTask.NextTokens([TextWindows.Rows(_model, "the", 16)]), steps: 0, remaining: null, Token)!;

        Assert.Equal(0, TestDistance(_model.Source(ParameterSet.Parse("layer-norm")), result.Parameters));
    }

    [Fact]
    public void Run_Budget_EndsTheStepsInTime()
    {
        // Each look at the clock takes a second, so that each step takes one.
        var time = new TickingTime(TimeSpan.FromSeconds(1));
        var update = tiny.Causal(ParameterSet.Parse("layer-norm"), Rate, time);
        var task = TextTask.NextTokens([TextWindows.Rows(_model, "the", 16)]);
        var left = 4.9;

        var result = update.Run(task, steps: 10, () => TimeSpan.FromSeconds(left -= 1), Token)!;

        Assert.Equal((2, true), (result.Steps.Count, result.StoppedByBudget));
        Assert.Null(update.Run(task, steps: 10, () => TimeSpan.FromSeconds(1), Token));
    }

    [Fact]
    public void Run_LearningRateOfMadness_IsNotSound()
    {
        var update = tiny.Causal(ParameterSet.Parse("all"), rate: 1);

        Assert.False(update.Run(TextTask.NextTokens([TextWindows.Rows(_model, "the cat sat on the mat", 48)]), steps: 3, remaining: null, Token)!.IsSound);
    }

    [Fact]
    public void Step_FromAState_GoesOnWithItsMoments()
    {
        var task = TextTask.Entropy([new TokenBatch([[2, 5, 6, 3]])]);
        var update = Classifier();
        var whole = update.Run(task, steps: 3, remaining: null, Token)!;

        var state = update.Step(task, start: null, Token).State;
        state = update.Step(task, state, Token).State;
        state = update.Step(task, state, Token).State;

        Assert.Equal(0, TestDistance(whole.Parameters, state.Parameters));
        Assert.Equal(3, state.Moments!.Steps);
    }

    private static void AssertSlopes(TextUpdate update, TextTask task)
    {
        using var parameters = new ParameterTensors(TestModels.Perturb(update.Source, seed: 11));
        using var scope = NewDisposeScope();
        var (loss, gradient) = update.Gradient(task, parameters, Token);
        Assert.Equal(update.Evaluate(task, parameters.ToParameters(0), Token), loss, 4);

        // Along the gradient the loss changes by its norm.
        var norm = gradient.norm().item<float>();
        var step = gradient * (4e-3 / (norm * Math.Max(1, norm)));
        using var above = new ParameterTensors(parameters.ToParameters(0));
        using var below = new ParameterTensors(parameters.ToParameters(0));
        using var noGradients = no_grad();
        above.Buffer.add_(step);
        below.Buffer.sub_(step);
        var slope = (update.Evaluate(task, above.ToParameters(0), Token) - update.Evaluate(task, below.ToParameters(0), Token)) / (2 * step.norm().item<float>());
        Assert.InRange(slope, 0.97 * norm, 1.03 * norm);
    }

    private static double TestDistance(AdaptableParameters left, AdaptableParameters right) =>
        Enumerable.Range(0, left.Values.Length).Max(i => Math.Abs(left.Values.Span[i] - right.Values.Span[i]));

    private TextUpdate Causal(string set = "layer-norm") => tiny.Causal(ParameterSet.Parse(set), Rate);

    private TextUpdate Classifier(string set = "layer-norm") => tiny.Labels(ParameterSet.Parse(set), Rate);
}
