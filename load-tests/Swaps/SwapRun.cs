using System.Diagnostics;
using Attune.V1;
using Grpc.Net.Client;

namespace Attune.Swaps;

/// <summary>Load, then load with activations, then load again.</summary>
internal sealed class SwapRun
{
    /// <summary>Activations whose latencies are not counted: they compile what later ones use again.</summary>
    private const int WarmUps = 50;

    /// <summary>Looks at the memory at rest, each after a stretch of load; and collections before each, since the collector gives pages back in the course of several.</summary>
    private const int Rests = 10, Collections = 3;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(5);

    /// <summary>After five seconds without work the server returns what the C library's heap holds.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(7), Collected = TimeSpan.FromSeconds(3);

    public required int Activations { get; init; }

    public required TimeSpan Steady { get; init; }

    public required TimeSpan Interval { get; init; }

    /// <summary>Time after which no further activation begins.</summary>
    public required TimeSpan Limit { get; init; }

    public required double Rate { get; init; }

    public required string Parameters { get; init; }

    /// <summary>Where what domains learn is stored; null for the server's process.</summary>
    public required string? Redis { get; init; }

    /// <summary>Path of the program that serves.</summary>
    public required string Server { get; init; }

    public required string First { get; init; }

    public required string Second { get; init; }

    public async Task<SwapResult> RunAsync(CancellationToken cancellationToken)
    {
        var store = Directory.CreateTempSubdirectory("attune-swaps-").FullName;
        try
        {
            using var server = await ServerProcess.StartAsync(
                Server, $"--Checkpoints:Folder={store}", Redis is null ? "--State:Directory=none" : $"--State:Redis={Redis}", $"--Recognition:Model={First}", "--Adaptation:Threads:Workers=1", $"--Adaptation:Fast:Parameters={Parameters}",
                "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:Attune=Information");
            return await RunAsync(server, cancellationToken);
        }
        finally
        {
            Directory.Delete(store, recursive: true);
        }
    }

    private async Task<SwapResult> RunAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        using var channel = GrpcChannel.ForAddress(server.Address);
        var checkpoints = new Checkpoints.CheckpointsClient(channel);
        var ids = new List<string>();
        foreach (var folder in new[] { First, Second })
            ids.Add((await checkpoints.ImportAsync(new ImportCheckpointRequest { Folder = folder }, cancellationToken: cancellationToken)).Id);

        var clock = Stopwatch.StartNew();
        LoadClient[] clients = Rate == 0 ? [] : CreateClients(server.Address);
        var load = Load.Start(clients, clock);

        await Task.Delay(Steady / 4, cancellationToken);
        var first = await WatchMemoryAsync(server, cancellationToken);
        var firstRest = await RestAsync();
        for (var i = 0; i < WarmUps; i++) await ActivateAsync(checkpoints, ids[1 - (i % 2)], cancellationToken);
        await Task.Delay(Steady / 4, cancellationToken);
        var steadyFrom = clock.Elapsed.TotalSeconds;
        var busyFrom = server.ProcessorTime;
        var before = await WatchMemoryAsync(server, cancellationToken);
        var steadyTo = clock.Elapsed.TotalSeconds;
        var beforeRest = await RestAsync();
        var swapsFrom = clock.Elapsed.TotalSeconds;
        var busy = (server.ProcessorTime - busyFrom).TotalSeconds / (steadyTo - steadyFrom) / Environment.ProcessorCount;
        server.ForgetPeak();

        var swaps = new List<double>();
        for (var i = 0; i < Activations && clock.Elapsed.TotalSeconds < swapsFrom + Limit.TotalSeconds; i++)
        {
            var started = clock.Elapsed;
            swaps.Add(await ActivateAsync(checkpoints, ids[1 - (i % 2)], cancellationToken));
            if (i % 50 == 49) await Console.Error.WriteLineAsync($"{i + 1}: {swaps[^1] * 1000:0} ms, {server.ResidentBytes / 1e6:0} MB, {clients.Sum(client => client.Failures.Count)} failed");
            if (started + Interval - clock.Elapsed is { Ticks: > 0 } pause) await Task.Delay(pause, cancellationToken);
        }

        var swapsTo = clock.Elapsed.TotalSeconds;
        var peak = server.PeakBytes;
        await Task.Delay(Steady / 4, cancellationToken);
        var afterFrom = clock.Elapsed.TotalSeconds;
        var after = await WatchMemoryAsync(server, cancellationToken);
        var afterTo = clock.Elapsed.TotalSeconds;
        var afterRest = await RestAsync();
        await load.DisposeAsync();
        return new SwapResult
        {
            Run = this,
            BusyShare = busy,
            SwapSeconds = [.. swaps.Order()],
            SteadyLatencies = [.. clients.Select(client => client.Latencies(steadyFrom, steadyTo).Concat(client.Latencies(afterFrom, afterTo)).Order().ToArray())],
            SwapLatencies = [.. clients.Select(client => client.Latencies(swapsFrom, swapsTo))],
            Failures = [.. clients.SelectMany(client => client.Failures)],
            WarmUpCount = WarmUps,
            BytesFirst = first,
            BytesBefore = before,
            BytesPeak = peak,
            BytesAfter = after,
            RestFirst = firstRest,
            RestBefore = beforeRest,
            RestAfter = afterRest,
        };

        // Resident memory of a server that nobody asks anything, sorted.
        async Task<long[]> RestAsync()
        {
            var bytes = new List<long>();
            for (var i = 0; i < Rests; i++)
            {
                await Task.Delay(Between, cancellationToken);
                await load.DisposeAsync();
                await Task.Delay(Idle, cancellationToken);
                for (var j = 0; j < Collections; j++) await server.CollectAsync(cancellationToken);
                await Task.Delay(Collected, cancellationToken);
                bytes.Add(server.ResidentBytes);
                load = Load.Start(clients, clock);
            }

            return [.. bytes.Order()];
        }
    }

    private LoadClient[] CreateClients(Uri address)
    {
        var recording = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "samples", "digits-clean-1.wav"));
        return
        [
            new LoadClient(address, recording, steps: 0, domain: "", Rate),
            new LoadClient(address, recording, steps: 2, domain: "swaps", Rate / 4),
        ];
    }

    /// <summary>Resident memory, once a second for as long as the load is steady, sorted.</summary>
    private async Task<long[]> WatchMemoryAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        var bytes = new List<long>();
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Steady;)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            bytes.Add(server.ResidentBytes);
        }

        return [.. bytes.Order()];
    }

    private static async Task<double> ActivateAsync(Checkpoints.CheckpointsClient client, string id, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await client.ActivateAsync(new ActivateCheckpointRequest { Id = id, OverrideGate = true }, cancellationToken: cancellationToken);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
