using Attune.Adaptation.Fast;
using Attune.Adaptation.Neighbours;
using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Fast;

/// <summary>What other utterances do in a fast update.</summary>
public sealed class NeighbourTests : IDisposable
{
    private static readonly ReadOnlyMemory<float> Own = TestModels.Waveform(16_000, seed: 1);

    private static readonly Neighbour[] Others = [new("a", TestModels.Waveform(9_000, seed: 2)), new("b", TestModels.Waveform(20_000, seed: 3))];

    private readonly Model _model = TestModels.Open("tiny-layer", out _);
    private readonly Wav2Vec2Network _network;

    public NeighbourTests() => _network = new Wav2Vec2Network(_model);

    public void Dispose()
    {
        _network.Dispose();
        _model.Dispose();
    }

    [Theory]
    [InlineData("suta")]
    [InlineData("top-2")]
    public void Run_WithNeighbours_StepsDownTheSumOfTheSingleLosses(string set)
    {
        var options = new FastUpdateOptions { Precision = ComputePrecision.Float32, Parameters = set, LearningRate = 1e-3 };
        var update = new FastUpdate(_network, _model, options, TimeProvider.System);

        var result = Run(update, steps: 1, Others)!;

        // The same in one graph: one loss, one gradient.
        using var parameters = new ParameterTensors(update.Source);
        using var optimizer = new AdamW(parameters, options.LearningRate);
        var objective = NamedObjectives.Create(options.Objective, _model.Config.BlankId);
        using var scope = NewDisposeScope();
        var sum = zeros(1);
        foreach (var waveform in Others.Select(other => _model.Preprocessing.Apply(other.Samples)).Prepend(Own))
        {
            var pass = new AdaptationPass(_network, ParameterSet.Parse(set), waveform);
            sum += objective(pass.Forward(parameters), pass.FrameCounts).Loss;
            pass.Dispose();
        }

        var gradients = parameters.Gradients(sum.sum());
        Assert.Equal(gradients.RowNorms().item<float>(), result.Steps[0].GradientNorm, 1e-4 * result.Steps[0].GradientNorm);
        optimizer.Step(parameters, gradients);
        var expected = parameters.ToParameters(0).Values.ToArray();
        var actual = result.Parameters!.Values.ToArray();
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5f);
    }

    [Fact]
    public void Run_WithNeighbours_TellsItsOwnLossAndWhoJoined()
    {
        var update = new FastUpdate(_network, _model, new FastUpdateOptions { Precision = ComputePrecision.Float32 }, TimeProvider.System);
        var alone = Run(update, steps: 1, null)!;

        var result = Run(update, steps: 1, Others)!;

        Assert.Equal(alone.Steps[0].Loss, result.Steps[0].Loss);
        Assert.NotEqual(alone.Parameters!.Values.ToArray(), result.Parameters!.Values.ToArray());
        Assert.Equal(["a", "b"], result.Neighbours.Select(neighbour => neighbour.Id));
        Assert.Equal(1, result.Embedding!.Value.ToArray().Sum(value => value * value), 1e-5f);
    }

    [Fact]
    public void Run_NobodyFound_IsBitIdenticalToNoSearch()
    {
        var update = new FastUpdate(_network, _model, new FastUpdateOptions { Precision = ComputePrecision.Float32 }, TimeProvider.System);

        var without = Run(update, steps: 3, null)!;
        var nobody = Run(update, steps: 3, [])!;

        Assert.Equal(without.Logits.Values, nobody.Logits.Values);
        Assert.Equal(without.Parameters!.Values.ToArray(), nobody.Parameters!.Values.ToArray());
        Assert.Equal(without.Steps.Select(step => step.Loss), nobody.Steps.Select(step => step.Loss));
        Assert.Null(without.Embedding);
    }

    [Theory]
    [InlineData(3.0, 0)] // room for two steps and a third, alone
    [InlineData(4.0, 1)] // for the same with a neighbour of 9,000 samples: 2 1/3 * 25 / 16
    [InlineData(6.9, 2)]
    public void Run_Budget_TakesOnlyThoseWithWhomAllStepsFit(double seconds, int joined)
    {
        var time = new ManualTime();
        var update = new FastUpdate(_network, _model, new FastUpdateOptions { Precision = ComputePrecision.Float32 }, time);
        update.Costs.Observe(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)); // Own has 1 s

        var result = Run(update, steps: 2, Others, TimeSpan.FromSeconds(seconds))!;

        Assert.Equal(2, result.Steps.Count);
        Assert.Equal(joined, result.Neighbours.Count);
    }

    [Fact]
    public void IsFasterWith_SomebodyWhoLooksForNeighbours_IsNot()
    {
        var update = new FastUpdate(_network, _model, new FastUpdateOptions { Precision = ComputePrecision.Float32, Parameters = "top-1" }, TimeProvider.System);
        FastUpdateJob Job(NeighbourSearch? search) => new(null, TestModels.Waveform(4_000, 1), null, 1, null, default) { Neighbours = search };

        Assert.True(update.IsFasterWith([Job(null)], Job(null)));
        Assert.False(update.IsFasterWith([Job(null)], Job(new NeighbourSearch(1, _ => []))));
        Assert.False(update.IsFasterWith([Job(new NeighbourSearch(1, _ => []))], Job(null)));
    }

    [Fact]
    public async Task Run_JobsTogether_ThoseWithNeighboursGetWhatTheyGetAlone()
    {
        var update = new FastUpdate(_network, _model, new FastUpdateOptions { Precision = ComputePrecision.Float32 }, TimeProvider.System);
        FastUpdateJob Job(NeighbourSearch? search) => new(null, Own, null, 2, null, default) { Neighbours = search };
        FastUpdateJob[] jobs = [Job(null), Job(new NeighbourSearch(2, _ => Others)), Job(null)];

        update.Run(jobs);

        var together = (await jobs[1].Result)!;
        Assert.Equal(Run(update, steps: 2, Others)!.Logits.Values, together.Logits.Values);
        Assert.Empty((await jobs[0].Result)!.Neighbours);
    }

    [Fact]
    public void Run_WithNeighbours_LeavesNoTensorsBehind()
    {
        var update = new FastUpdate(_network, _model, new FastUpdateOptions { Precision = ComputePrecision.Float32 }, TimeProvider.System);
        Run(update, steps: 1, Others);
        var tensors = LiveTensors.Settle();

        Run(update, steps: 2, Others);

        Assert.Equal(tensors, LiveTensors.Settle());
    }

    [Fact]
    public void Nearest_ManyKept_GivesTheMostSimilarAboveTheFloorAndTheNewestOfEqualOnes()
    {
        var now = TimeProvider.System.GetUtcNow();
        var set = NeighbourSet.Empty;
        float[][] places = [[1, 0], [0.8f, 0.6f], [0, 1], [0.8f, 0.6f], [-1, 0]];
        for (var i = 0; i < places.Length; i++) set = set.With(new Neighbour($"{i}", new float[10]), places[i], now.AddSeconds(i), capacity: 4);

        string Nearest(int count, double floor, DateTimeOffset since = default) =>
            string.Concat(set.Nearest(new float[] { 1, 0 }, count, floor, since).Select(neighbour => neighbour.Id));

        Assert.Equal("312", Nearest(3, floor: 0)); // 0 was the oldest
        Assert.Equal("31", Nearest(3, floor: 0.5));
        Assert.Equal("3", Nearest(1, floor: 0));
        Assert.Equal("32", Nearest(3, floor: 0, now.AddSeconds(2)));
        Assert.Empty(NeighbourSet.Empty.Nearest(new float[] { 1, 0 }, 3, -1));
        Assert.Equal((4, true, false, 4 * 12 * sizeof(float)), (set.Count, set.Has("1"), set.Has("0"), set.Bytes));
    }

    private static FastUpdateResult? Run(FastUpdate update, int steps, Neighbour[]? neighbours, TimeSpan? budget = null)
    {
        var job = new FastUpdateJob(null, Own, null, steps, () => budget, default)
        {
            Neighbours = neighbours is null ? null : new NeighbourSearch(Math.Max(1, neighbours.Length), _ => neighbours),
            WantsParameters = true,
        };
        update.Run([job]);
        return job.Result.Result;
    }
}
