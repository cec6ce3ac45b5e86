using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Attune.Server.Tests.State;

/// <summary>Debian's redis-server on a free loopback port, its data in a folder of its own and on the disk before it answers.</summary>
internal sealed class RedisServer : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort();
    private Process _process;

    /// <summary>Starts one; skips the test where there is none to start, and fails it in CI.</summary>
    public RedisServer()
    {
        if (!IsInstalled)
        {
            if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
                Assert.Fail("redis-server must be installed in CI (apt-get install redis-server).");
            Assert.Skip("redis-server is not installed (apt-get install redis-server).");
        }

        _process = StartProcess();
    }

    /// <summary>For <see cref="Attune.Server.State.StateOptions.Redis"/>.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    private static bool IsInstalled =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "redis-server")));

    /// <summary>Ends it as kill -9 does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>Starts it again on the same port with the same data.</summary>
    public void Restart() => _process = StartProcess();

    public void Dispose()
    {
        if (!HasExited) Kill();
        _folder.Dispose();
    }

    private bool HasExited
    {
        get
        {
            try
            {
                return _process.HasExited;
            }
            catch (InvalidOperationException)
            {
                return true; // killed and disposed
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Process StartProcess()
    {
        string[] arguments =
        [
            "--port", _port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder.Path, "--save", "", "--appendonly", "yes",
            "--appendfsync", "always", "--daemonize", "no",
        ];
        var process = Process.Start(new ProcessStartInfo("redis-server", arguments) { RedirectStandardOutput = true })!;
        var ready = new ManualResetEventSlim();
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null || line.Data.Contains("Ready to accept connections", StringComparison.Ordinal)) ready.Set();
        };
        process.BeginOutputReadLine();
        ready.Wait();
        return process;
    }
}
