using Attune.Adaptation.Network;
using Attune.Adaptation.Tests.Network;
using Attune.Adaptation.Text;
using Attune.Adaptation.Text.Training;
using Attune.Recognition.Acoustic;
using Attune.Text.Inference;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Text.Training;

public sealed class PreferenceObjectiveTests
{
    public PreferenceObjectiveTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void Evaluate_TwoPairs_IsWhatTheEquationGives()
    {
        using var scope = NewDisposeScope();
        // The chosen answer of the first pair gained 1, the rejected one lost 2; in the second both gained 0.5.
        var model = tensor(new[] { -3f, -4f, -9f, -5f });
        var source = tensor(new[] { -4f, -4.5f, -7f, -5.5f });

        var margins = PreferenceObjective.Margins(model, source, beta: 0.5);
        var losses = PreferenceObjective.Evaluate(margins);

        Assert.Equal(0.5 * (1 + 2), margins[0].item<float>(), 5);
        Assert.Equal(0, margins[1].item<float>(), 5);
        Assert.Equal(-Math.Log(1 / (1 + Math.Exp(-1.5))), losses[0].item<float>(), 5);
        Assert.Equal(Math.Log(2), losses[1].item<float>(), 5);
    }

    [Fact]
    public void Evaluate_MarginsThatOverflow_StaysFinite()
    {
        using var scope = NewDisposeScope();

        var losses = PreferenceObjective.Evaluate(tensor(new[] { 1000f, -1000f }));

        Assert.Equal(0, losses[0].item<float>(), 5);
        Assert.Equal(1000, losses[1].item<float>(), 3);
    }

    [Fact]
    public void Gradient_OfTheMargin_IsBetaTimesTheSigmoidOfItsOpposite()
    {
        using var scope = NewDisposeScope();
        var model = tensor(new[] { -3f, -4f }, requires_grad: true);

        var loss = PreferenceObjective.Evaluate(PreferenceObjective.Margins(model, tensor(new[] { -4f, -4f }), beta: 0.7)).sum();
        var gradient = autograd.grad([loss], [model])[0].data<float>().ToArray();

        // Equation 7's gradient: -beta sigmoid(-margin) for the chosen answer, its opposite for the rejected one.
        var expected = 0.7 / (1 + Math.Exp(0.7));
        Assert.Equal(-expected, gradient[0], 5);
        Assert.Equal(expected, gradient[1], 5);
    }

    [Fact]
    public void Loss_OfAModel_HasTheSlopesOfFiniteDifferences()
    {
        using var tiny = TinyTextModel.Gpt2(seed: 7);
        using var model = tiny.Open();
        using var network = new Gpt2Network(model);
        using var parameters = new ParameterTensors(model.Source(ParameterSet.Parse("all")));
        var data = new PreferenceData(
            [
                new(CausalExample.OfAnswer(model, "the cat sat", " on the mat"), CausalExample.OfAnswer(model, "the cat sat", " at")),
                new(CausalExample.OfAnswer(model, "a dog", " ate"), CausalExample.OfAnswer(model, "a dog", " saw the moon")),
            ],
            beta: 2);
        data.Prepare(network);
        using (no_grad())
        {
            using var scope = NewDisposeScope();
            manual_seed(3);
            parameters.Buffer.Accumulate(randn_like(parameters.Buffer), 0.05);
        }

        FiniteDifferences.AssertSlopes(parameters, () => data.Loss(batch => network.Forward(parameters, batch), 2, seed: 1, step: 0), tolerance: 0.02, leastShare: 0.9);
    }

    [Fact]
    public void Loss_OfTheSourceItself_IsLogarithmOfTwo()
    {
        using var tiny = TinyTextModel.Gpt2(seed: 7);
        using var model = tiny.Open();
        using var network = new Gpt2Network(model);
        using var scope = NewDisposeScope();
        var data = new PreferenceData([new(CausalExample.OfAnswer(model, "the cat", " sat"), CausalExample.OfAnswer(model, "the cat", " ate"))], beta: 0.1);
        data.Prepare(network);

        Tensor Forward(TokenBatch batch) => network.Forward(null, batch);

        Assert.Equal(Math.Log(2), data.Loss(Forward, 1, seed: 1, step: 0).item<float>(), 5);
        Assert.Equal(Math.Log(2), data.Measure(Forward).Loss, 5);
    }
}
