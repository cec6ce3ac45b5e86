using Attune.Recognition.Audio;
using Attune.Server.Access;
using Microsoft.Extensions.Options;

namespace Attune.Server.Serving.Streaming;

/// <summary>Runs streams for every door: admission, configuration, session.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class StreamRunner(
    SpeechEngine engine, AudioDecoder decoder, StreamAdmission admission, IOptions<StreamOptions> options, IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>Runs one stream to its end.</summary>
    /// <param name="door">What the messages mean.</param>
    /// <param name="client">Address of the client.</param>
    /// <param name="summary">Whose stream it is; counts what was recognised.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    /// <exception cref="InvalidRequestException">A message breaks a rule.</exception>
    /// <exception cref="AudioException">The audio is refused.</exception>
    /// <exception cref="StreamLimitException">A limit ended or refused the stream.</exception>
    /// <exception cref="QuotaExceededException">The caller has used what it may use.</exception>
    /// <exception cref="StoppingException">The server stops.</exception>
    public async Task RunAsync(IStreamDoor door, string client, RequestSummary summary, CancellationToken cancellationToken)
    {
        using var share = summary.Caller.Usage.Begin();
        using var place = admission.Enter(client);
        var timeouts = new StreamTimeouts(options.Value, time, lifetime.ApplicationStopping);
        var job = await timeouts.WaitAsync(door.ReadJobAsync(cancellationToken), cancellationToken);
        using var lease = engine.Lease();
        var search = await SpeechEngine.CreateDecoderAsync(lease, job.Decoding, job.Domain, cancellationToken);
        job = job with { Adaptation = job.Adaptation with { Decoder = search } };
        var audio = decoder.OpenStream(job.RawFormat, lease.SampleRateHz, job.AcceptsWavHeader);
        var session = new StreamSession(engine, lease, audio, job, summary.Caller, options.Value, timeouts);
        try
        {
            await session.RunAsync(
                () => door.ReadAsync(cancellationToken), (answer, token) => door.SendAsync(answer, job, token), summary.Add, cancellationToken);
        }
        finally
        {
            summary.AddAudio(session.Processed);
        }
    }
}
