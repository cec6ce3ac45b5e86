using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests;

public sealed class FastUpdateWorkTests : IDisposable
{
    private static readonly TimeSpan HalfASecond = TimeSpan.FromSeconds(0.5);

    private readonly Model _model = TestModels.Open("tiny-layer", out _);
    private readonly Wav2Vec2Network _network;
    private readonly FastUpdate _update;
    private readonly ReaderWriterLockSlim _inUse = new();

    public FastUpdateWorkTests()
    {
        _network = new Wav2Vec2Network(_model);
        _update = new FastUpdate(_network, _model, new FastUpdateOptions(), new TickingTime(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task TryAbandon_NotBegun_ComputesNothingWhenItsTurnComes()
    {
        var (work, job) = Create();

        Assert.True(work.TryAbandon());
        work.Run([work]);

        Assert.Null(await job.Result);
        Assert.Equal(TimeSpan.Zero, _update.Costs.Predict(HalfASecond)); // no step was run
    }

    [Fact]
    public async Task TryAbandon_Begun_GetsItsResult()
    {
        var (work, job) = Create();
        work.Run([work]);

        Assert.False(work.TryAbandon());
        var result = (await job.Result)!;
        Assert.Single(result.Steps);
        Assert.Null(result.Parameters); // nobody asked for them
    }

    public void Dispose()
    {
        _inUse.Dispose();
        _network.Dispose();
        _model.Dispose();
    }

    private (FastUpdateWork Work, FastUpdateJob Job) Create()
    {
        var job = new FastUpdateJob(null, TestModels.Waveform(8_000, seed: 5), null, steps: 1, budget: null, CancellationToken.None);
        return (new FastUpdateWork(_update, _inUse, job, new WorkTerms(), TimeProvider.System), job);
    }
}
