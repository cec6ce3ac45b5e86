using System.Globalization;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests;

public sealed class AdaptationThreadsTests
{
    private static readonly AdaptationThreadOptions TwoWorkers = new() { Workers = 2, ThreadsPerWorker = 1 };

    [Fact]
    public async Task TryRun_SixtyFourUtterancesAtTheSameTime_AreBitIdenticalToOneAfterAnother()
    {
        using var model = TestModels.Open("tiny-group", out _);
        using var network = new Wav2Vec2Network(model);
        using var threads = new AdaptationThreads(TwoWorkers);
        var update = new FastUpdate(network, model, new FastUpdateOptions(), TimeProvider.System);
        FastUpdateResult Adapt(int i) => update.Run(TestModels.Waveform(5_000 + (331 * i), seed: i), null, steps: 5, null, CancellationToken.None)!;

        var sequential = new List<FastUpdateResult>();
        for (var i = 0; i < 64; i++)
        {
            var utterance = i;
            sequential.Add(await threads.TryRun(() => Adapt(utterance), CancellationToken.None)!);
        }

        var together = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => threads.TryRun(() => Adapt(i), CancellationToken.None)!));

        for (var i = 0; i < 64; i++)
        {
            Assert.Equal(sequential[i].Logits.Values, together[i].Logits.Values);
            Assert.Equal(sequential[i].Parameters!.Values.ToArray(), together[i].Parameters!.Values.ToArray());
            Assert.Equal(sequential[i].Steps.Select(step => step.Loss), together[i].Steps.Select(step => step.Loss));
        }
    }

    [Fact]
    public void UntilIdle_RequestsThatNeedNothingOfTheThreads_BeginTheFiveSecondsAnew()
    {
        var time = new ManualTime();
        using var threads = new AdaptationThreads(TwoWorkers, time: time);
        Assert.Equal(AdaptationThreads.IdleTime, threads.UntilIdle);

        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(1, threads.UntilIdle.TotalSeconds);
        threads.NoteRequest();
        Assert.Equal(AdaptationThreads.IdleTime, threads.UntilIdle);
        time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(TimeSpan.Zero, threads.UntilIdle);
    }

    [Theory]
    [InlineData(false, 10, 0)]
    [InlineData(true, 10, 5)] // SCHED_IDLE
    public async Task TryRun_OnLinux_StandsBackAsTheOptionsSay(bool onlyIdleCores, int nice, int policy)
    {
        if (!OperatingSystem.IsLinux()) return;
        using var threads = new AdaptationThreads(new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = 1, OnlyIdleCores = onlyIdleCores }, niceness: Niceness.FastUpdate);

        var stat = await threads.TryRun(() => File.ReadAllText("/proc/thread-self/stat"), CancellationToken.None)!;

        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // from the third on, as proc(5) counts
        Assert.Equal((nice, policy), (Number(19), Number(41)));

        int Number(int field) => int.Parse(fields[field - 3], CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task TryRun_OnEveryWorker_HasItsOwnThreadCount()
    {
        using var threads = new AdaptationThreads(TwoWorkers);

        var counts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => threads.TryRun(get_num_threads, CancellationToken.None)!));

        Assert.All(counts, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task TryRun_QueueFull_IsNull()
    {
        using var threads = new AdaptationThreads(new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = 1, QueueCapacity = 1 });
        using var started = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        var running = threads.TryRun(Block, CancellationToken.None);
        started.Wait();
        var waiting = threads.TryRun(() => 2, CancellationToken.None);

        var refused = threads.TryRun(() => 3, CancellationToken.None);

        Assert.Null(refused);
        Assert.Equal(1, threads.Waiting);
        gate.Set();
        Assert.Equal(1, await running!);
        Assert.Equal(2, await waiting!);
        Assert.Equal(0, threads.Waiting);

        int Block()
        {
            started.Set();
            gate.Wait();
            return 1;
        }
    }

    [Fact]
    public async Task TryRun_WorkersBusy_TheEarliestDeadlineIsNextAndTheWaitIsKnown()
    {
        using var threads = new AdaptationThreads(new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = 1 }, time: new ManualTime());
        using var started = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        var order = new List<string>();
        var running = threads.TryRun(
            () =>
            {
                started.Set();
                return gate.Wait(TimeSpan.FromMinutes(1));
            },
            new WorkTerms(Cost: TimeSpan.FromMilliseconds(200)),
            CancellationToken.None);
        started.Wait();
        var patient = threads.TryRun(() => Record("patient"), new WorkTerms(Cost: TimeSpan.FromMilliseconds(50)), CancellationToken.None);
        var tight = threads.TryRun(() => Record("tight"), new WorkTerms(TimeSpan.FromMilliseconds(80), Cost: TimeSpan.FromMilliseconds(30)), CancellationToken.None);

        // Half of what runs, and what is due earlier.
        Assert.Equal(TimeSpan.FromMilliseconds(100 + 30), threads.ExpectedWait(new WorkTerms(TimeSpan.FromMilliseconds(500), "other")));
        Assert.Equal(TimeSpan.FromMilliseconds(100 + 80), threads.ExpectedWait(new WorkTerms(Flow: "other")));
        gate.Set();
        await Task.WhenAll(running!, patient!, tight!);

        Assert.Equal(["tight", "patient"], order);

        bool Record(string name)
        {
            order.Add(name);
            return true;
        }
    }

    [Theory]
    [InlineData(4, new[] { 4, 2 })]
    [InlineData(1, new[] { 1, 1, 1, 1, 1, 1 })]
    public void TryRun_SeveralWait_AreRunTogether(int maxBatch, int[] batches)
    {
        var threads = new AdaptationThreads(new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = 1, MaxBatch = maxBatch });
        using var started = new CountdownEvent(1);
        using var gate = new ManualResetEventSlim();
        using var ended = new CountdownEvent(6);
        var ran = new List<int>();
        threads.TryRun(() => started.Signal() && gate.Wait(TimeSpan.FromMinutes(1)), CancellationToken.None);
        started.Wait();
        for (var i = 0; i < 6; i++) Assert.True(threads.TryRun(new Company(ran, ended)));

        gate.Set();
        ended.Wait();
        threads.Dispose();

        Assert.Equal(batches, ran);
    }

    [Fact]
    public void TryRun_AnotherWorkerIsIdle_ItGetsItsShare()
    {
        var threads = new AdaptationThreads(TwoWorkers);
        using var both = new CountdownEvent(2);
        using var ended = new CountdownEvent(2);
        var ran = new List<int>();

        // Each waits for the other: in one batch, neither would end.
        for (var i = 0; i < 2; i++) Assert.True(threads.TryRun(new Company(ran, ended, both)));
        ended.Wait();
        threads.Dispose();

        Assert.Equal([1, 1], ran);
    }

    [Fact]
    public async Task TryRun_CancelledBeforeItBegins_IsNotBegun()
    {
        using var threads = new AdaptationThreads(TwoWorkers);
        var begun = false;

        var work = threads.TryRun(() => begun = true, new CancellationToken(canceled: true));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work!);
        Assert.False(begun);
    }

    [Fact]
    public async Task TryRun_WorkThrows_TheThreadGoesOn()
    {
        using var threads = new AdaptationThreads(new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = 1 });

        await Assert.ThrowsAsync<InvalidOperationException>(() => threads.TryRun<int>(() => throw new InvalidOperationException(), CancellationToken.None)!);

        Assert.Equal(5, await threads.TryRun(() => 5, CancellationToken.None)!);
    }

    [Fact]
    public async Task Dispose_WorkWaits_IsCancelledAndLaterWorkRefused()
    {
        var threads = new AdaptationThreads(new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = 1, QueueCapacity = 100_000 });
        using var started = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        var running = threads.TryRun(Block, CancellationToken.None);
        started.Wait();
        var waiting = threads.TryRun(() => 2, CancellationToken.None);

        var disposing = Task.Run(threads.Dispose);
        while (threads.TryRun(() => 0, CancellationToken.None) is not null) await Task.Yield();
        gate.Set();
        await disposing;

        Assert.Equal(1, await running!);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting!);

        int Block()
        {
            started.Set();
            gate.Wait();
            return 1;
        }
    }

    /// <summary>Work that takes any other of its kind, and notes how many were run at once.</summary>
    private sealed class Company(List<int> ran, CountdownEvent ended, CountdownEvent? others = null) : WorkPiece(default)
    {
        public override bool Takes(IReadOnlyList<WorkPiece> pieces, WorkPiece next) => next is Company;

        public override void Run(IReadOnlyList<WorkPiece> pieces)
        {
            others?.Signal(); // once for each run
            others?.Wait();
            lock (ran) ran.Add(pieces.Count);
            ended.Signal(pieces.Count);
        }

        public override void Refuse(CancellationToken stopping) => ended.Signal();
    }
}
