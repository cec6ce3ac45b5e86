using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Attune.Soak;

/// <summary>A server in a process of its own that goes on when its client ends, its log in a file.</summary>
/// <param name="Process">The system's number of the process.</param>
/// <param name="Grpc">Where it listens.</param>
/// <param name="Web">Where browsers reach it.</param>
/// <param name="Metrics">Its page for Prometheus.</param>
/// <param name="Folder">Its log and its state.</param>
internal sealed record SoakServer(int Process, Uri Grpc, Uri Web, Uri Metrics, string Folder)
{
    private static readonly HttpClient Http = new();

    private string Log => Path.Combine(Folder, "log");

    /// <summary>Whether it still runs.</summary>
    public bool IsAlive => Directory.Exists($"/proc/{Process}") && File.ReadAllText($"/proc/{Process}/cmdline").Contains("serve", StringComparison.Ordinal);

    /// <summary>Starts one and waits until it serves.</summary>
    /// <param name="folder">For its log, and its state where the settings name no other place.</param>
    /// <param name="settings">Beside those that it needs.</param>
    public static async Task<SoakServer> StartAsync(string folder, params string[] settings)
    {
        var ports = FreePorts(3);
        Uri[] urls = [.. ports.Select(port => new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}"))];
        var log = Path.Combine(folder, "log");
        string[] arguments =
        [
            "serve", $"--urls={urls[0].OriginalString}", $"--Serving:WebUrl={urls[1].OriginalString}", $"--Telemetry:MetricsUrl={urls[2].OriginalString}", .. settings,
        ];
        if (!settings.Any(setting => setting.StartsWith("--State:Redis=", StringComparison.Ordinal))) arguments = [.. arguments, $"--State:Directory={Path.Combine(folder, "state")}"];
        // Its output must outlive this process.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec setsid \"$0\" \"$@\" > \"$LOG\" 2>&1", Path.Combine(AppContext.BaseDirectory, "attune"), .. arguments]);
        start.Environment["LOG"] = log;
        var process = System.Diagnostics.Process.Start(start)!;
        var server = new SoakServer(process.Id, urls[0], urls[1], urls[2], folder);
        while (!File.Exists(log) || !(await ReadAsync(log)).Contains("Serving ", StringComparison.Ordinal))
        {
            if (process.HasExited) throw new InvalidOperationException($"The server did not start. {await ReadAsync(log)}");
            await Task.Delay(100);
        }

        return server;
    }

    /// <summary>Lines of its log that tell of an error.</summary>
    public async Task<IReadOnlyList<string>> ErrorsAsync() =>
        [.. (await ReadAsync(Log)).Split('\n').Where(line => line.Contains("fail: ", StringComparison.Ordinal) || line.Contains("crit: ", StringComparison.Ordinal) || line.StartsWith("Unhandled", StringComparison.Ordinal))];

    /// <summary>Memory of the process, in bytes, and live tensors.</summary>
    public async Task<(long Resident, long Managed, long Tensors)> MeasureAsync()
    {
        var resident = File.ReadLines($"/proc/{Process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        var page = await Http.GetStringAsync(new Uri(Metrics, "/metrics"));
        return (1024 * long.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture), Sum(page, "dotnet_gc_last_collection_heap_size_bytes"), Sum(page, "attune_tensors"));
    }

    /// <summary>Has it end, and waits for that.</summary>
    public async Task StopAsync()
    {
        using var kill = System.Diagnostics.Process.Start("kill", ["-TERM", Process.ToString(CultureInfo.InvariantCulture)]);
        while (IsAlive) await Task.Delay(100);
    }

    private static long Sum(string page, string name) => (long)page.Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is '{' or ' ')
        .Sum(line => double.Parse(line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Replace(name, "", StringComparison.Ordinal).Trim().Split(' ')[0], CultureInfo.InvariantCulture));

    private static async Task<string> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return await new StreamReader(stream).ReadToEndAsync();
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners) listener.Start();
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners) listener.Stop();
        return ports;
    }
}
