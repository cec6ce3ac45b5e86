using System.Diagnostics;
using Attune.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Attune.Swaps;

/// <summary>Sends one recording at a steady rate, whether or not earlier ones were answered.</summary>
/// <param name="address">The server.</param>
/// <param name="recording">Bytes of a WAV file.</param>
/// <param name="steps">Adaptation steps of each request.</param>
/// <param name="domain">Domain that it names; empty for none.</param>
/// <param name="perSecond">Requests a second.</param>
internal sealed class LoadClient(Uri address, byte[] recording, int steps, string domain, double perSecond)
{
    private readonly Lock _lock = new();
    private readonly List<(double At, double Seconds)> _answers = [];
    private readonly List<string> _failures = [];

    /// <summary>What failed, as text.</summary>
    public IReadOnlyList<string> Failures
    {
        get
        {
            lock (_lock) return [.. _failures];
        }
    }

    /// <summary>Latencies in seconds of requests that were sent in a stretch of the clock.</summary>
    public double[] Latencies(double from, double to)
    {
        lock (_lock) return [.. _answers.Where(answer => answer.At >= from && answer.At < to).Select(answer => answer.Seconds).Order()];
    }

    /// <summary>Sends until cancelled, and waits for what is under way.</summary>
    public async Task RunAsync(Stopwatch clock, CancellationToken cancellationToken)
    {
        using var channel = GrpcChannel.ForAddress(address);
        var client = new Speech.SpeechClient(channel);
        var request = new RecognizeRequest
        {
            Audio = UnsafeByteOperations.UnsafeWrap(recording),
            Config = new RecognitionConfig { Domain = domain, Adaptation = new AdaptationConfig { Steps = steps } },
        };
        var sent = new List<Task>();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1 / perSecond));
        while (!cancellationToken.IsCancellationRequested)
        {
            sent.Add(SendAsync(client, request, clock));
            sent.RemoveAll(task => task.IsCompleted);
            try
            {
                await timer.WaitForNextTickAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        await Task.WhenAll(sent);
    }

    private async Task SendAsync(Speech.SpeechClient client, RecognizeRequest request, Stopwatch clock)
    {
        var at = clock.Elapsed.TotalSeconds;
        try
        {
            var response = await client.RecognizeAsync(request);
            lock (_lock)
            {
                if (response.Results.Count > 0 && response.Results[0].Alternatives[0].Transcript.Length > 0) _answers.Add((at, clock.Elapsed.TotalSeconds - at));
                else _failures.Add("The answer is empty.");
            }
        }
        catch (RpcException exception)
        {
            lock (_lock) _failures.Add(exception.Status.ToString());
        }
    }
}
