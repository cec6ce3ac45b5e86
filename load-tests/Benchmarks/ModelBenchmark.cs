using Attune.Adaptation;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using TorchSharp;

namespace Attune.Benchmarks;

/// <summary>What one model costs: opening it, the forward pass of both runtimes, and steps with each parameter set.</summary>
internal sealed class ModelBenchmark(Model model, int runs, int threads, Action<Measurement> report)
{
    private static readonly string[] Sets = ["suta", "layer-norm", "top-1", "top-2", "top-4", "bias", "lora", "all"];

    /// <summary>Sessions, then everything else at each length.</summary>
    public void Run(IReadOnlyList<double> lengths)
    {
        Session("open session, weights packed", new OnnxOptions { Threads = threads });
        Session("open session, weights not packed", new OnnxOptions { Threads = threads, PackWeights = false });
        foreach (var seconds in lengths) Length(seconds);
    }

    private void Session(string name, OnnxOptions options) =>
        report(Measurement.Time(model.Name, 0, name, runs, () => new OnnxAcousticModel(model, ParameterSet.Suta, options: options).Dispose()));

    private void Length(double seconds)
    {
        torch.set_num_threads(threads);
        var waveform = Tone.Waveform(model, seconds);
        Forward(seconds, waveform);

        using var network = new Wav2Vec2Network(model);
        foreach (var set in Sets)
        {
            if (ParameterSet.Parse(set).TopLayers > model.Config.LayerCount) continue;
            using var acoustic = new OnnxAcousticModel(model, topLayers: ParameterSet.Parse(set).TopLayers, options: new OnnxOptions { Threads = threads });
            Steps(seconds, waveform, set, network, acoustic);
        }
    }

    private void Forward(double seconds, ReadOnlyMemory<float> waveform)
    {
        using (var acoustic = new OnnxAcousticModel(model, options: new OnnxOptions { Threads = threads }))
            report(Measurement.Time(model.Name, seconds, "forward, ONNX Runtime", runs, () => acoustic.Run(waveform, null, CancellationToken.None)));

        using (var acoustic = new OnnxAcousticModel(model, ParameterSet.Suta, options: new OnnxOptions { Threads = threads }))
        {
            report(Measurement.Time(
                model.Name, seconds, "forward, ONNX Runtime, adaptable parameters fed", runs, () => acoustic.Run(waveform, acoustic.Source, CancellationToken.None)));
        }

        using var network = new Wav2Vec2Network(model);
        report(Measurement.Time(model.Name, seconds, "forward, TorchSharp", runs, () =>
        {
            using var noGradients = torch.no_grad();
            using var scope = torch.NewDisposeScope();
            using var batch = new WaveformBatch([waveform]);
            network.Forward(null, batch);
        }));
    }

    /// <summary>One step, from the times that the update itself reports, and the whole of ten with draft, hand-over and final.</summary>
    private void Steps(double seconds, ReadOnlyMemory<float> waveform, string set, Wav2Vec2Network network, OnnxAcousticModel acoustic)
    {
        var update = new FastUpdate(network, model, new FastUpdateOptions { Precision = ComputePrecision.Float32, Parameters = set }, TimeProvider.System);
        Adapt(1);
        Measurement.ResetPeak();
        var steps = Adapt(runs).Steps.Select(step => step.Elapsed.TotalSeconds).ToArray();
        report(new Measurement(model.Name, seconds, $"one step, {set}", steps, Measurement.Peak()));
        if (set is not ("suta" or "top-4" or "top-1")) return;
        report(Measurement.Time(model.Name, seconds, $"draft, ten steps and final, {set}", Math.Min(runs, 3), () => Adapt(10)));

        FastUpdateResult Adapt(int count)
        {
            HiddenStates? hidden = null;
            if (acoustic.TopLayers > 0) (_, hidden) = acoustic.RunWithHidden(waveform, null, CancellationToken.None);
            else acoustic.Run(waveform, null, CancellationToken.None);
            return update.Run(waveform, hidden, count, null, CancellationToken.None)!;
        }
    }
}
