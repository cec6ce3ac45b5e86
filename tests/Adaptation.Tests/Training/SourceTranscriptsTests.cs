using Attune.Adaptation.Network;
using Attune.Adaptation.Training;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Training;

public sealed class SourceTranscriptsTests
{
    [Fact]
    public void Transcribe_Recordings_GetWhatTheModelHearsInThem()
    {
        using var model = TestModels.Open("spoken-numbers-en", out _);
        using var acoustic = new OnnxAcousticModel(model);
        var decoder = new GreedyDecoder(model.Vocabulary, TimeSpan.Zero);
        var recordings = Tones.Create(model, 6, seed: 1);

        var transcribed = SourceTranscripts.Transcribe(model, recordings, CancellationToken.None);

        var heard = recordings
            .Select(recording => decoder.Decode(acoustic.Run(model.Preprocessing.Apply(recording.ToFloats()), null, CancellationToken.None)).Text)
            .Where(text => text.Length > 0);
        Assert.Equal(heard, transcribed.Select(recording => recording.Text));
    }

    [Fact]
    public void Fisher_Estimate_IsTheMeanOfSquaredGradientsInUnitsOfItsMean()
    {
        using var model = TestModels.Open("tiny-layer", out _);
        using var network = new Wav2Vec2Network(model);
        using var parameters = TrainableParameters.Create(model, new FineTuningOptions { Parameters = "layer-norm" }, null, seed: 1);
        var utterances = Tones.Create(model, 3, seed: 2);
        using var scope = NewDisposeScope();

        var fisher = FisherInformation.Estimate(network, model, parameters, utterances);
        var ofFirst = FisherInformation.Estimate(network, model, parameters, [utterances[0]]);
        var ofFirstTwice = FisherInformation.Estimate(network, model, parameters, [utterances[0], utterances[0]]);

        Assert.Equal(1, fisher.mean().item<float>(), 1e-4);
        Assert.True(fisher.min().item<float>() >= 0);
        Assert.InRange((ofFirst - ofFirstTwice).abs().max().item<float>(), 0, 1e-3 * ofFirst.max().item<float>());
        // The masks' vector, last in the layout, matters to nothing without masks.
        Assert.Equal(0, fisher.narrow(1, fisher.shape[1] - model.Config.HiddenSize, model.Config.HiddenSize).max().item<float>());
    }

    [Fact]
    public void SourcePull_Gradient_IsStrengthTimesImportanceTimesDistance()
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var pull = new SourcePull(tensor(new[] { 1f, 2 }, [1, 2]), tensor(new[] { 0f, 3 }, [1, 2]), 0.5);
        var gradients = ones(1, 2);

        pull.AddGradient(gradients, tensor(new[] { 5f, 6 }, [1, 2]));

        Assert.Equal([1, 7], gradients.data<float>().ToArray());
    }
}
