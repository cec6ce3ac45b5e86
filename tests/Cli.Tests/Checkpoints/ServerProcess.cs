using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Attune.V1;
using Grpc.Net.Client;

namespace Attune.Cli.Tests.Checkpoints;

/// <summary><c>attune serve</c> in a process of its own, on a free loopback port. Killed when disposed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly GrpcChannel _channel;

    private ServerProcess(Process process, string address)
    {
        _process = process;
        _channel = GrpcChannel.ForAddress(address);
        Checkpoints = new V1.Checkpoints.CheckpointsClient(_channel);
    }

    public V1.Checkpoints.CheckpointsClient Checkpoints { get; }

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<ServerProcess> StartAsync(string model, string store, params string[] options)
    {
        var address = $"http://127.0.0.1:{FreePort()}";
        string[] arguments =
        [
            "serve", "--urls", address, $"--Recognition:Model={model}", $"--Checkpoints:Folder={store}", "--State:Directory=none",
            "--Adaptation:Fast:Parameters=top-1", "--Adaptation:Threads:Workers=1", "--Adaptation:Threads:ThreadsPerWorker=1", .. options,
        ];
        // The program's own folder: the tests' has it too, but without the packages that the test host's framework brings.
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.Combine(RepositoryFiles.Root, "artifacts", "bin", "Cli", configuration, "attune");
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null) listening.TrySetException(new InvalidOperationException("The server did not start."));
            else if (line.Data.Contains("Serving ", StringComparison.Ordinal)) listening.TrySetResult();
        };
        process.BeginOutputReadLine();
        await listening.Task;
        return new ServerProcess(process, address);
    }

    /// <summary>Hash of the model that serves.</summary>
    public async Task<string> ServesAsync() => (await new Speech.SpeechClient(_channel).GetModelAsync(new GetModelRequest())).Sha256;

    /// <summary>Hash of the text model that serves by a name.</summary>
    public async Task<string> ServesAsync(string name) =>
        (await new V1.Text.TextClient(_channel).ListModelsAsync(new ListTextModelsRequest())).Models.Single(model => model.Name == name).Sha256;

    /// <summary>Ends it as kill -9 does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        _channel.Dispose();
        Kill();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
