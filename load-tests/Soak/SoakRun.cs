using System.Diagnostics;

namespace Attune.Soak;

/// <summary>Sends mixed requests to a server in a process of its own and watches its memory.</summary>
internal sealed class SoakRun(string folder, int requests, int concurrent, TimeSpan length, TimeSpan sampling, IReadOnlyList<string> settings)
{
    private const int WarmUp = 200, Batch = 100, SettleAttempts = 24;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    /// <summary>Begins, or goes on with the server of the last client.</summary>
    /// <param name="audio">16-bit samples at 16 kHz.</param>
    /// <param name="cancellationToken">Ends the client after the requests at work; the server stays, and the next client goes on.</param>
    public async Task<SoakProgress> RunAsync(byte[] audio, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var progress = SoakProgress.TryRead(folder) is { } old && old.Server.IsAlive ? old : null;
        progress ??= new SoakProgress { Server = await SoakServer.StartAsync(folder, [.. settings]) };
        using var client = new SoakClient(progress.Server.Grpc, progress.Server.Web, audio, length);
        if (progress.Done == 0)
        {
            await SendAsync(client, progress, WarmUp);
            await Task.Delay(Quiet, CancellationToken.None);
            progress.BaselineTensors = (await progress.Server.MeasureAsync()).Tensors;
        }

        var before = progress.Seconds;
        var started = Stopwatch.GetTimestamp();
        var next = TimeSpan.Zero;
        while (progress.Done < requests && !cancellationToken.IsCancellationRequested)
        {
            await SendAsync(client, progress, Math.Min(Batch, requests - progress.Done));
            var elapsed = Stopwatch.GetElapsedTime(started);
            if (elapsed < next) continue;
            next = elapsed + sampling;
            progress.Seconds = before + elapsed.TotalSeconds;
            await SampleAsync(progress);
            progress.Write(folder);
            await Console.Error.WriteLineAsync($"{progress.Done} of {requests}, {progress.Seconds:0} s, {progress.Samples[^1].ResidentBytes / 1e6:0} MB, {progress.Unexpected.Sum(count => count.Value)} unexpected");
        }

        await SettleAsync(progress);
        progress.Write(folder);
        return progress;
    }

    /// <summary>Waits until what was heard is learnt, as far as it fills updates: until no tensor is at work, or for a while.</summary>
    private static async Task SettleAsync(SoakProgress progress)
    {
        for (var i = 0; i < SettleAttempts; i++)
        {
            await Task.Delay(Quiet, CancellationToken.None);
            await SampleAsync(progress);
            if (progress.Samples[^1].Tensors == progress.BaselineTensors) return;
        }
    }

    private static async Task SampleAsync(SoakProgress progress)
    {
        var (resident, managed, tensors) = await progress.Server.MeasureAsync();
        progress.Samples.Add(new SoakSample(progress.Seconds, progress.Done, resident, managed, tensors));
    }

    private async Task SendAsync(SoakClient client, SoakProgress progress, int count)
    {
        var kinds = new Lock();
        await Parallel.ForEachAsync(Enumerable.Range(progress.Done, count), new ParallelOptions { MaxDegreeOfParallelism = concurrent }, async (request, _) =>
        {
            var key = $"{SoakMix.KindOf(request)} {await client.SendAsync(request)}";
            lock (kinds) progress.Counts[key] = progress.Counts.GetValueOrDefault(key) + 1;
        });
        progress.Done += count;
    }
}
