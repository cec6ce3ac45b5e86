using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Diagnostics.NETCore.Client;

namespace Attune.Swaps;

/// <summary>A server in a process of its own, so that its memory is its own. Killed when disposed.</summary>
internal sealed class ServerProcess : IDisposable
{
    /// <summary>Keyword of the runtime's events: a session that asks for it makes the process collect.</summary>
    private const long Collect = 0x800000;

    private readonly Process _process;

    private ServerProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>Memory in RAM, in bytes.</summary>
    public long ResidentBytes => Read("VmRSS:");

    /// <summary>The highest of it since <see cref="ForgetPeak"/>.</summary>
    public long PeakBytes => Read("VmHWM:");

    /// <summary>Time of all cores that it has used.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public void ForgetPeak() => File.WriteAllText($"/proc/{_process.Id}/clear_refs", "5");

    /// <summary>Has its collector look at all generations, blocking.</summary>
    public async Task CollectAsync(CancellationToken cancellationToken)
    {
        var client = new DiagnosticsClient(_process.Id);
        using var session = await client.StartEventPipeSessionAsync(
            [new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, Collect)], requestRundown: false, token: cancellationToken);
        var events = session.EventStream.CopyToAsync(Stream.Null, cancellationToken);
        await session.StopAsync(cancellationToken);
        await events;
    }

    /// <summary>Starts a server and waits until it listens.</summary>
    /// <param name="program">Path of <c>attune</c>.</param>
    /// <param name="options">Options of <c>attune serve</c>.</param>
    public static async Task<ServerProcess> StartAsync(string program, params string[] options)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://{listener.LocalEndpoint}");
        listener.Stop();
        var start = new ProcessStartInfo(program, ["serve", "--urls", address.ToString(), .. options]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var process = Process.Start(start)!;
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not { } text) return;
            if (text.Contains("Serving ", StringComparison.Ordinal)) listening.TrySetResult();
            if (text.Contains(" fail: ", StringComparison.Ordinal) || text.Contains(" crit: ", StringComparison.Ordinal)) Console.Error.WriteLine(text);
        };
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var ended = process.WaitForExitAsync();
        if (await Task.WhenAny(listening.Task, ended) == ended) throw new InvalidOperationException("The server did not start.");
        return new ServerProcess(process, address);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private long Read(string key)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(text => text.StartsWith(key, StringComparison.Ordinal));
        return 1024 * long.Parse(line.AsSpan(key.Length).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
