using System.Buffers;
using System.Threading.Channels;
using Attune.Adaptation;
using Attune.Recognition.Audio;
using Attune.Recognition.Decoding;
using Attune.Recognition.Streaming;
using Attune.Server.Access;
using Attune.Server.Domains;
using Google.Protobuf;

namespace Attune.Server.Serving.Streaming;

/// <summary>One live stream, from the first audio to the last final.</summary>
/// <remarks>
/// <para>Three stages run side by side, with bounded queues between them: (1) listening decodes audio and cuts it into utterances; (2) finishing
/// waits for the finals in order; (3) sending writes everything to the client, one message after another.</para>
/// <para>Back-pressure: a client that does not read fills the queue of answers, which stops finals, which stops listening, which stops reading, so that
/// the transport holds the client back. Interim results and drafts are left out when the queue is full. A stream holds one message read ahead, the utterance at
/// work and those of <see cref="StreamOptions.PendingUtterances"/>.</para>
/// <para>What ends a stream early (a limit, a quota, bad audio, a stopping server) ends its utterance too: finals come first, the error after them. Runs once.</para>
/// </remarks>
internal sealed class StreamSession(
    SpeechEngine engine, ModelLease lease, AudioStreamDecoder decoder, StreamJob job, Caller caller, StreamOptions options, StreamTimeouts timeouts)
{
    /// <summary>Answers that may wait for the client.</summary>
    private const int WaitingAnswers = 32;

    /// <summary>Bytes decoded at a time, so that a large message is answered while it is heard.</summary>
    private const int SliceBytes = 1 << 14;

    private readonly UtteranceSegmenter _segmenter = engine.OpenSegmenter(lease, job.EndPointing);
    private readonly ArrayBufferWriter<float> _decoded = new();
    private readonly List<StreamEvent> _events = [];
    private readonly Channel<StreamAnswer> _answers = Channel.CreateBounded<StreamAnswer>(WaitingAnswers);
    private readonly Channel<(UtteranceEnded Ended, Task<ServedUtterance> Recognition, TimeSpan Processed)> _pending =
        Channel.CreateBounded<(UtteranceEnded, Task<ServedUtterance>, TimeSpan)>(options.PendingUtterances);

    /// <summary>Samples heard at a time, so that tiny pieces do not each wait for a core.</summary>
    private readonly int _batchSamples = lease.SampleRateHz / 50;

    private Exception? _failure;
    private bool _isOver;

    /// <summary>Audio that was heard so far.</summary>
    public TimeSpan Processed => _segmenter.Processed;

    /// <summary>Runs to the end of the stream.</summary>
    /// <param name="read">Reads the next message; null at the end.</param>
    /// <param name="send">Sends an answer; never called twice at a time.</param>
    /// <param name="finished">Told each utterance with its final.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    public async Task RunAsync(
        Func<Task<StreamInput?>> read,
        Func<StreamAnswer, CancellationToken, Task> send,
        Action<RecognizedUtterance> finished,
        CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(
            StageAsync(token => ListenAsync(read, token), () => _pending.Writer.TryComplete(), ending),
            StageAsync(token => FinishAsync(finished, token), () => _answers.Writer.TryComplete(), ending),
            StageAsync(token => SendAsync(send, token), () => { }, ending));
        if (_failure is not null) throw _failure;
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Runs a stage; one that fails ends the others.</summary>
    private async Task StageAsync(Func<CancellationToken, Task> stage, Action completed, CancellationTokenSource ending)
    {
        try
        {
            await stage(ending.Token);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, exception, null);
            await ending.CancelAsync();
        }
        finally
        {
            completed();
        }
    }

    private async Task ListenAsync(Func<Task<StreamInput?>> read, CancellationToken cancellationToken)
    {
        try
        {
            await HearAsync(read, cancellationToken);
        }
        catch (Exception exception) when (exception
            is AudioException or InvalidRequestException or InvalidProtocolBufferException or StreamLimitException or QuotaExceededException or StoppingException)
        {
            _failure = exception; // after the finals
        }

        if (!_isOver) await FlushAsync(endUtterance: true, moreWaits: true, cancellationToken);
    }

    private async Task HearAsync(Func<Task<StreamInput?>> read, CancellationToken cancellationToken)
    {
        var next = read();
        while (!_isOver && await timeouts.WaitAsync(next, cancellationToken) is { } input)
        {
            next = read();
            Observe(next);
            if (input is AudioInput audio) await HearAsync(audio.Bytes, next, cancellationToken);
            else await FlushAsync(endUtterance: true, moreWaits: true, cancellationToken);
        }

        if (!_isOver) decoder.Finish(_decoded);
    }

    private async Task HearAsync(ReadOnlyMemory<byte> bytes, Task next, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty && !_isOver)
        {
            var slice = bytes[..Math.Min(SliceBytes, bytes.Length)];
            bytes = bytes[slice.Length..];
            decoder.Append(slice.Span, _decoded, cancellationToken);
            if (_decoded.WrittenCount < _batchSamples) continue;
            await FlushAsync(endUtterance: false, !bytes.IsEmpty || next.IsCompleted, cancellationToken);
            if (!_isOver) caller.Usage.RequireAudio();
        }
    }

    /// <summary>Hears what is decoded, ends the utterance if asked to, and passes on what came of it.</summary>
    private async Task FlushAsync(bool endUtterance, bool moreWaits, CancellationToken cancellationToken)
    {
        var before = Processed;
        await engine.ComputeAsync(Hear, cancellationToken);
        caller.Usage.Hear(Processed - before);
        _decoded.ResetWrittenCount();
        foreach (var found in _events)
        {
            if (!_isOver) await PassOnAsync(found, cancellationToken);
        }

        _events.Clear();
        if (!_isOver && IsSilentTooLong()) await EndAsync(StreamNotice.VoiceActivityTimeout, Processed, cancellationToken);

        void Hear()
        {
            _segmenter.Push(_decoded.WrittenSpan, moreWaits, _events, cancellationToken);
            if (endUtterance) _segmenter.EndUtterance(_events, cancellationToken);
        }
    }

    private async Task PassOnAsync(StreamEvent found, CancellationToken cancellationToken)
    {
        switch (found)
        {
            case InterimTranscript interim when job.Interims:
                _answers.Writer.TryWrite(new InterimAnswer(interim, Processed));
                break;
            case SpeechBegan began when job.SpeechEvents:
                await _answers.Writer.WriteAsync(new NoticeAnswer(StreamNotice.SpeechBegan, began.Time, Processed), cancellationToken);
                break;
            case SpeechEnded ended when job.SpeechEvents:
                await _answers.Writer.WriteAsync(new NoticeAnswer(StreamNotice.SpeechEnded, ended.Time, Processed), cancellationToken);
                break;
            case UtteranceEnded ended:
                await RecognizeAsync(ended, cancellationToken);
                if (job.SingleUtterance) await EndAsync(StreamNotice.EndOfSingleUtterance, ended.Start + ended.Duration, cancellationToken);
                break;
        }
    }

    private async Task RecognizeAsync(UtteranceEnded ended, CancellationToken cancellationToken)
    {
        if (!await _pending.Writer.WaitToWriteAsync(cancellationToken)) return;
        var processed = Processed;
        var recognition = engine.RecognizeUtteranceAsync(lease, ended, caller, job.Domain, job.Adaptation, DraftReady, cancellationToken);
        _pending.Writer.TryWrite((ended, recognition, processed)); // the only writer, which found room

        void DraftReady(Transcript draft)
        {
            if (job.Drafts) _answers.Writer.TryWrite(new DraftAnswer(ended, draft, processed));
        }
    }

    /// <summary>Tells why the stream ends, and hears no more.</summary>
    private async Task EndAsync(StreamNotice notice, TimeSpan at, CancellationToken cancellationToken)
    {
        _isOver = true;
        await _answers.Writer.WriteAsync(new NoticeAnswer(notice, at, Processed), cancellationToken);
    }

    private bool IsSilentTooLong() => _segmenter.LastSpeech is { } last
        ? Processed - last >= job.SpeechEndTimeout
        : Processed >= job.SpeechStartTimeout;

    private async Task FinishAsync(Action<RecognizedUtterance> finished, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var (ended, recognition, processed) in _pending.Reader.ReadAllAsync(cancellationToken))
            {
                var utterance = await recognition;
                finished(utterance.Recognized);
                await _answers.Writer.WriteAsync(new FinalAnswer(ended.Utterance, utterance, processed), cancellationToken);
            }
        }
        finally
        {
            // Nothing of a stream is at work when it has ended.
            while (await _pending.Reader.WaitToReadAsync(CancellationToken.None) && _pending.Reader.TryRead(out var left))
                await left.Recognition.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task SendAsync(Func<StreamAnswer, CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        await foreach (var answer in _answers.Reader.ReadAllAsync(cancellationToken))
            await timeouts.SendAsync(token => send(answer, token), cancellationToken);
    }

    /// <summary>A message that is read ahead when the stream ends may fail without anybody waiting for it.</summary>
    private static void Observe(Task task) => task.ContinueWith(
        static failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
