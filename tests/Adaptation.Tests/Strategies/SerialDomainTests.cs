using Attune.Adaptation.Collapse;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Gate;
using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Adaptation.Slow;
using Attune.Adaptation.Strategies;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Strategies;

public sealed class SerialDomainTests : IDisposable
{
    private const double LearningRate = 2e-4;

    private static readonly GateOptions NoGate = new() { Enabled = false };

    private readonly Model _model = TestModels.Open("tiny-layer", out _);
    private readonly AdaptiveRecognizer _recognizer;

    public SerialDomainTests() => _recognizer = new AdaptiveRecognizer(
        _model,
        new RecognitionOptions(),
        new OnnxOptions(),
        new FastUpdateOptions { Precision = ComputePrecision.Float32, LearningRate = LearningRate },
        new AdaptationThreadOptions(),
        TimeProvider.System,
        collapseOptions: new CollapseOptions { Enabled = false });

    [Fact]
    public async Task NextAsync_DynamicReset_FollowsAPlainLoopOverTheSameFormulas()
    {
        // The conditions change after the 36th utterance, which the reset must notice.
        var samples = Enumerable.Range(0, 60).Select(i => i < 36 ? Speech(i) : Noise(i)).ToArray();
        var options = new SlowUpdateOptions { FastSteps = 2, ResetWindow = 20 };
        using var domain = Create(options);

        var losses = new List<double?>();
        var learning = new List<LearningOutcome?>();
        foreach (var utterance in samples)
        {
            var streamed = await domain.NextAsync(utterance, default);
            losses.Add(streamed.Recognized.Adaptation.LossAfter);
            learning.Add(streamed.Learning);
        }

        var expected = PlainDynamicSuta(samples, fastSteps: 2, window: 20);
        for (var i = 0; i < samples.Length; i++)
        {
            // Losses without gradient are ONNX Runtime's here and libtorch's there; z divides their differences by a small deviation.
            Assert.Equal(expected[i].Loss, losses[i]!.Value, 1e-5);
            Assert.Equal(expected[i].IsReset, learning[i]?.Result == LearningResult.Reset);
            Assert.Equal(expected[i].StandardErrors is null, learning[i]?.Figures.StandardErrors is null);
            if (expected[i].StandardErrors is { } z) Assert.Equal(z, learning[i]!.Figures.StandardErrors!.Value, 0.02 + (0.01 * Math.Abs(z)));
        }

        Assert.Contains(expected, step => step.IsReset);
        Assert.True(expected.Count(step => step.StandardErrors is not null) >= 4);
    }

    [Theory]
    [InlineData("none", 0, 0)]
    [InlineData("suta", 10, 0)]
    [InlineData("csuta", 1, 6)]
    [InlineData("slow-only", 0, 2)]
    [InlineData("dsuta", 5, 2)]
    public async Task NextAsync_EachStrategy_TakesItsStepsAndLearnsItsRounds(string strategy, int steps, int rounds)
    {
        using var domain = Create(new SlowUpdateOptions { Strategy = strategy, UtterancesPerUpdate = 3 });

        var learnt = 0;
        for (var i = 0; i < 6; i++)
        {
            var streamed = await domain.NextAsync(Speech(i), default);
            Assert.Equal(steps, streamed.Recognized.Adaptation.Steps.Count);
            if (streamed.Learning is not null) learnt++;
        }

        Assert.Equal(rounds, learnt);
        Assert.Equal(rounds, domain.State.Current);
    }

    [Fact]
    public async Task NextAsync_ContinualSuta_EndsWhereKeptStepsEnd()
    {
        using var domain = Create(new SlowUpdateOptions { Strategy = "csuta" });
        using var network = new Wav2Vec2Network(_model);
        using var parameters = new ParameterTensors(_recognizer.Source);
        using var optimizer = new AdamW(parameters, LearningRate);
        var objective = new SutaObjective(_model.Config.BlankId);

        for (var i = 0; i < 4; i++)
        {
            var streamed = await domain.NextAsync(Speech(i), default);

            var loss = KeptStep(network, parameters, optimizer, objective, Speech(i));
            Assert.Equal(loss, streamed.Recognized.Adaptation.LossBefore!.Value, 1e-6);
        }

        Assert.All(
            parameters.ToParameters(0).Values.ToArray().Zip(domain.Current!.Parameters.Values.ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public async Task Reset_AfterLearning_StartsFromTheModelAgain()
    {
        using var domain = Create(new SlowUpdateOptions { Strategy = "dsuta-oracle", UtterancesPerUpdate = 2 });
        var fresh = await domain.NextAsync(Speech(0), default);
        for (var i = 1; i < 4; i++) await domain.NextAsync(Speech(i), default);

        domain.Reset();

        Assert.Equal(2, domain.State.LastRevision);
        var again = await domain.NextAsync(Speech(0), default);
        Assert.Equal(0, again.Revision);
        Assert.Equal(fresh.Recognized.Adaptation.LossAfter, again.Recognized.Adaptation.LossAfter);
    }

    [Fact]
    public async Task NextAsync_NeighboursWanted_AreTheMostSimilarButThoseHeldBack()
    {
        using var recognizer = new AdaptiveRecognizer(
            _model,
            new RecognitionOptions(),
            new OnnxOptions(),
            new FastUpdateOptions { Precision = ComputePrecision.Float32, Neighbours = 2, NeighbourFloor = -1 },
            new AdaptationThreadOptions(),
            TimeProvider.System,
            collapseOptions: new CollapseOptions { Enabled = false });
        using var domain = new SerialDomain(
            recognizer, new SlowUpdateOptions { Strategy = "dsuta", FastSteps = 1, UtterancesPerUpdate = 2 }, new GateOptions { HeldBack = 1 }, GuardSet.Empty, TimeProvider.System);

        var joined = new List<string>();
        for (var i = 0; i < 7; i++) joined.Add(string.Join(' ', (await domain.NextAsync(Speech(i % 3), default)).Recognized.Adaptation.Neighbours));

        // 3 and 6 are held back: they would have been the nearest, since they are the same as 0 and 1 modulo 3.
        Assert.Equal("", joined[0]);
        Assert.Equal("1", joined[1]);
        Assert.All(joined, ids => Assert.DoesNotContain(ids.Split(' '), id => id is "3" or "6"));
        Assert.StartsWith("1 ", joined[3], StringComparison.Ordinal);
        Assert.StartsWith("4 1", joined[6], StringComparison.Ordinal);
    }

    [Fact]
    public async Task NextAsync_ManyUtterances_LeavesNoTensorBehind()
    {
        using var domain = Create(new SlowUpdateOptions { ResetWindow = 10, UtterancesPerUpdate = 2, FastSteps = 1 });
        for (var i = 0; i < 4; i++) await domain.NextAsync(Speech(i), default);
        var before = LiveTensors.Settle();

        for (var i = 0; i < 40; i++) await domain.NextAsync(Speech(i), default);

        Assert.Equal(before, Tensor.TotalCount);
    }

    public void Dispose()
    {
        _recognizer.Dispose();
        _model.Dispose();
    }

    private SerialDomain Create(SlowUpdateOptions options) => new(_recognizer, options, NoGate, GuardSet.Empty, TimeProvider.System);

    private static ReadOnlyMemory<float> Speech(int seed) => TestModels.Waveform(8_000 + (400 * (seed % 5)), seed);

    /// <summary>Another source altogether: slow alternation of noise and silence.</summary>
    private static ReadOnlyMemory<float> Noise(int seed)
    {
        var random = new Random(seed);
        var values = new float[8_000];
        for (var i = 0; i < values.Length; i++) values[i] = (float)((random.NextDouble() - 0.5) * (i / 1_000 % 2));
        return values;
    }

    /// <summary>Dynamic SUTA in one loop, written from the paper's description with nothing but network, objective and optimizer.</summary>
    private List<(double Loss, double? StandardErrors, bool IsReset)> PlainDynamicSuta(ReadOnlyMemory<float>[] samples, int fastSteps, int window)
    {
        using var network = new Wav2Vec2Network(_model);
        var objective = new SutaObjective(_model.Config.BlankId);
        var source = _recognizer.Source;
        var (slow, moments, domain) = (source, (OptimizerMoments?)null, source);
        var (since, above) = (0, 0);
        var improvements = new List<double>();
        (double Mean, double Deviation)? gaussian = null;
        var buffer = new List<ReadOnlyMemory<float>>();
        var steps = new List<(double, double?, bool)>();
        foreach (var waveform in samples.Select(utterance => _model.Preprocessing.Apply(utterance)))
        {
            using (var fast = new ParameterTensors(slow))
            using (var optimizer = new AdamW(fast, LearningRate, start: moments))
            {
                for (var i = 0; i < fastSteps; i++) KeptStep(network, fast, optimizer, objective, waveform, normalized: true);
                steps.Add((Loss(network, fast, objective, waveform), null, false));
            }

            buffer.Add(waveform);
            since++;
            if (buffer.Count == 5)
            {
                if (gaussian is { } fitted)
                {
                    var z = (buffer.Average(Improvement) - fitted.Mean) / (fitted.Deviation / Math.Sqrt(5));
                    above = z > 2 ? above + 1 : 0;
                    steps[^1] = (steps[^1].Item1, z, above == 2);
                }

                if (steps[^1].Item3) (slow, moments, gaussian, since, above) = (source, null, null, 0, 0);
                else SlowStep();
                buffer.Clear();
            }

            if (gaussian is null && since == window / 2) domain = slow;
            else if (gaussian is null && since > window / 2 && since < window) improvements.Add(Improvement(waveform));
            else if (gaussian is null && since == window)
            {
                var mean = improvements.Average();
                gaussian = (mean, Math.Sqrt(improvements.Sum(value => Math.Pow(value - mean, 2)) / (improvements.Count - 1)));
                improvements.Clear();
            }
        }

        return steps;

        double Improvement(ReadOnlyMemory<float> waveform)
        {
            using var learnt = new ParameterTensors(domain);
            using var model = new ParameterTensors(source);
            return Loss(network, learnt, objective, waveform) - Loss(network, model, objective, waveform);
        }

        void SlowStep()
        {
            using var scope = NewDisposeScope();
            using var parameters = new ParameterTensors(slow);
            using var optimizer = new AdamW(parameters, LearningRate, start: moments);
            using var batch = new WaveformBatch(buffer);
            var loss = objective.Evaluate(network.Forward(parameters, batch), network.FrameCounts(batch)).Loss.mean();
            optimizer.Step(parameters, parameters.Gradients(loss));
            (slow, moments) = (parameters.ToParameters(0), optimizer.ToMoments(0));
        }
    }

    private static double Loss(Wav2Vec2Network network, ParameterTensors parameters, SutaObjective objective, ReadOnlyMemory<float> waveform)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        using var batch = new WaveformBatch([waveform]);
        return objective.Evaluate(network.Forward(parameters, batch), network.FrameCounts(batch)).Loss.item<float>();
    }

    private double KeptStep(
        Wav2Vec2Network network, ParameterTensors parameters, AdamW optimizer, SutaObjective objective, ReadOnlyMemory<float> samples, bool normalized = false)
    {
        using var scope = NewDisposeScope();
        using var batch = new WaveformBatch([normalized ? samples : _model.Preprocessing.Apply(samples)]);
        var loss = objective.Evaluate(network.Forward(parameters, batch), network.FrameCounts(batch)).Loss.sum();
        optimizer.Step(parameters, parameters.Gradients(loss));
        return loss.item<float>();
    }
}
