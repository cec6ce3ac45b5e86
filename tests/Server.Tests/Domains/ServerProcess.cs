using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Attune.Server.Tests.State;
using Attune.V1;
using Grpc.Net.Client;

namespace Attune.Server.Tests.Domains;

/// <summary>A server in a process of its own, with the settings of <see cref="DomainHost"/>: what a kill does cannot be seen from within.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly GrpcChannel _channel;
    private readonly Speech.SpeechClient _speech;

    private ServerProcess(Process process, string url)
    {
        _process = process;
        _channel = GrpcChannel.ForAddress(url);
        _speech = new Speech.SpeechClient(_channel);
        Domains = new V1.Adaptation.AdaptationClient(_channel);
    }

    public V1.Adaptation.AdaptationClient Domains { get; }

    public Speech.SpeechClient Speech => _speech;

    public GrpcChannel Channel => _channel;

    /// <summary>The system's number of the process.</summary>
    public int Id => _process.Id;

    /// <summary>Starts one and waits until it listens.</summary>
    public static Task<ServerProcess> StartAsync(params string[] settings) => StartAsync(heapLimitBytes: null, settings);

    /// <summary>The same with a bound for the managed heap.</summary>
    public static async Task<ServerProcess> StartAsync(long? heapLimitBytes, params string[] settings)
    {
        // The program's own folder: the tests' has it too, but without its settings and what the test host's framework brings.
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.Combine(RepositoryFiles.Root, "artifacts", "bin", "Server", configuration, "Attune.Server");
        var start = new ProcessStartInfo(program, [.. DomainHost.Quick, "--Logging:LogLevel:Default", "Information", .. settings])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (heapLimitBytes is { } limit) start.Environment["DOTNET_GCHeapHardLimit"] = limit.ToString("X", CultureInfo.InvariantCulture);
        var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Serving().Match(line) is not { Success: true } match) continue;
            _ = process.StandardOutput.ReadToEndAsync();
            return new ServerProcess(process, match.Groups[1].Value);
        }

        using (process) throw new InvalidOperationException($"The server ended before it listened. {await error}");
    }

    /// <summary>Recognises the clean sample for a domain.</summary>
    /// <returns>The final's id.</returns>
    public async Task<string> SayAsync(string domain)
    {
        var request = Samples.Request(Samples.Wav(Samples.Clean), new RecognitionConfig { Domain = domain });
        return Assert.Single((await _speech.RecognizeAsync(request, cancellationToken: TestStore.Token)).Results).FinalId;
    }

    /// <summary>Asks it to end, as whoever replaces it does.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits until it has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(TestStore.Token);
        return _process.ExitCode;
    }

    /// <summary>Ends it as kill -9 does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
        _channel.Dispose();
    }

    [GeneratedRegex(@"Serving .* on (http://127\.0\.0\.1:\d+)")]
    private static partial Regex Serving();
}
