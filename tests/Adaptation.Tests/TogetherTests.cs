using System.Collections.Concurrent;
using System.Diagnostics;
using Attune.Adaptation.Fast;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Audio;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests;

/// <summary>Requests that wait at the same time are adapted to in batches, and nobody's answer changes.</summary>
public sealed class TogetherTests : IDisposable
{
    private const int Users = 6;

    private readonly Model _model = TestModels.Open("spoken-numbers-en", out _);

    [Theory]
    [InlineData("layer-norm", 4, new[] { 2, 2, 4, 4, 4, 4 })]
    [InlineData("top-2", 3, new[] { 3, 3, 3, 3, 3, 3 })]
    [InlineData("layer-norm", 1, new[] { 1, 1, 1, 1, 1, 1 })]
    [InlineData("suta", 4, new[] { 1, 1, 1, 1, 1, 1 })] // would not be faster
    public async Task RecognizeUtteranceAsync_SixWait_EachIsAnsweredAsAlone(string set, int maxBatch, int[] batches)
    {
        using var threads = new AdaptationThreads(new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = 1, MaxBatch = maxBatch });
        using var recognizer = new AdaptiveRecognizer(
            _model,
            new RecognitionOptions(),
            new OnnxOptions(),
            new FastUpdateOptions { Precision = ComputePrecision.Float32, Parameters = set, LearningRate = 1e-3 },
            new AdaptationThreadOptions(),
            TimeProvider.System,
            threads: threads);
        var utterances = await UtterancesAsync();
        Task<RecognizedUtterance> Recognize(int user) => recognizer.RecognizeUtteranceAsync(
            utterances[user], default, from: null, new AdaptationRequest(), draftReady: null, CancellationToken.None);
        var alone = new List<RecognizedUtterance>();
        for (var user = 0; user < Users; user++) alone.Add(await Recognize(user));
        var sizes = new ConcurrentBag<int>();
        using var root = new Activity("test").Start();
        using var listener = Listen(root.TraceId, sizes);

        var together = await HeldUpAsync(threads, () => [.. Enumerable.Range(0, Users).Select(Recognize)]);

        Assert.Equal(batches, sizes.Order());
        foreach (var (one, other) in alone.Zip(together))
        {
            Assert.Equal(AdaptationOutcome.Adapted, other.Adaptation.Outcome);
            Assert.Equal(one.Final.Text, other.Final.Text);
            Assert.Equal(one.Adaptation.Steps.Count, other.Adaptation.Steps.Count);
            Assert.Equal(one.Adaptation.LossAfter!.Value, other.Adaptation.LossAfter!.Value, 1e-5);
        }
    }

    public void Dispose() => _model.Dispose();

    /// <summary>Queues everything while the only worker is busy.</summary>
    private static async Task<RecognizedUtterance[]> HeldUpAsync(AdaptationThreads threads, Func<Task<RecognizedUtterance>[]> queue)
    {
        using var started = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        var busy = threads.TryRun(
            () =>
            {
                started.Set();
                return gate.Wait(TimeSpan.FromMinutes(1));
            },
            CancellationToken.None);
        started.Wait();
        var running = queue();
        gate.Set();
        await busy!;
        return await Task.WhenAll(running);
    }

    private static ActivityListener Listen(ActivityTraceId trace, ConcurrentBag<int> sizes)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source == AttuneActivities.Source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == trace && activity.GetTagItem("attune.batch") is int size) sizes.Add(size);
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    /// <summary>Cuts of one recording, of 1.4 to 1.9 seconds.</summary>
    private static async Task<IReadOnlyList<ReadOnlyMemory<float>>> UtterancesAsync()
    {
        var bytes = await File.ReadAllBytesAsync(RepositoryFiles.Sample("digits-air-conditioner-10db.wav"));
        var speech = (await new AudioDecoder(new AudioOptions()).DecodeAsync(bytes, null, 16_000, CancellationToken.None)).Samples;
        return [.. Enumerable.Range(0, Users).Select(user => (ReadOnlyMemory<float>)speech.AsMemory(user * 1_000, 22_400 + (1_600 * user)))];
    }
}
