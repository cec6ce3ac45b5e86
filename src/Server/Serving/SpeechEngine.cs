using Attune.Adaptation;
using Attune.Recognition.Audio;

namespace Attune.Server.Serving;

/// <summary>Runs requests: audio bytes to recognised utterances, never more at a time than the server can hold.</summary>
/// <remarks>
/// <para>(1) take a place, or refuse; (2) decode the audio; (3) draft, fast update and final of each utterance; (4) give the place
/// back.</para>
/// <para>Decoding and drafts compute on threads of the pool, half as many as there are cores: the forward pass brings threads of its own, and
/// health checks must find a free one. Requests wait for each other between utterances, first come first served.</para>
/// <para>Thread-safe. Disposal waits for the requests at work, whose model is disposed after it.</para>
/// </remarks>
internal sealed class SpeechEngine(AdaptiveRecognizer recognizer, AudioDecoder decoder, Admission admission, TimeProvider time)
    : IAsyncDisposable, IDisposable
{
    private readonly TaskScheduler _compute =
        new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, Math.Max(1, Environment.ProcessorCount / 2)).ConcurrentScheduler;

    /// <summary>Recognises one recording.</summary>
    /// <param name="job">What to do.</param>
    /// <param name="cancellationToken">Honoured while decoding, between operators of a draft and between adaptation steps.</param>
    /// <exception cref="OverloadedException">All places are taken.</exception>
    /// <exception cref="AudioException">The audio is refused.</exception>
    public async Task<RecognizedRecording> RunAsync(RecognitionJob job, CancellationToken cancellationToken)
    {
        var arrived = time.GetTimestamp();
        using var place = admission.Enter();
        // What awaits inside comes back to the same scheduler.
        return await Task.Factory.StartNew(() => RecognizeAsync(job, arrived, cancellationToken), cancellationToken, TaskCreationOptions.None, _compute)
            .Unwrap();
    }

    public async ValueTask DisposeAsync() => await admission.DrainAsync();

    public void Dispose() => admission.DrainAsync().GetAwaiter().GetResult();

    private async Task<RecognizedRecording> RecognizeAsync(RecognitionJob job, long arrived, CancellationToken cancellationToken)
    {
        var waveform = await decoder.DecodeAsync(job.Audio, job.RawFormat, recognizer.Model.Preprocessing.SampleRateHz, cancellationToken);
        var adaptation = job.Adaptation with { LatencyBudget = job.Adaptation.LatencyBudget - time.GetElapsedTime(arrived) };
        var utterances = await recognizer.RecognizeAsync(waveform, adaptation, cancellationToken);
        return new RecognizedRecording(waveform.Duration, utterances, time.GetElapsedTime(arrived));
    }
}
