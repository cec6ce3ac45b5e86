using Attune.Recognition.Audio;
using Attune.Recognition.Language;
using Attune.Recognition.Models;

namespace Attune.Cli.Transcription;

/// <summary>One run of <c>attune transcribe</c>.</summary>
/// <remarks>
/// (1) find the files; (2) open the model; (3) file by file: decode, recognise, compare with the reference, print at once; (4) print
/// totals. A file that fails is reported, and the next is done.
/// </remarks>
internal sealed class TranscribeRun(TranscribeSettings settings, Screen screen, TimeProvider time)
{
    /// <summary>Limits protect a server from its clients; here the user owns the machine, so they are the widest that there are.</summary>
    private readonly AudioDecoder _decoder = new(
        new AudioOptions { MaxDuration = TimeSpan.FromDays(1), DecoderTimeout = TimeSpan.FromHours(1) });

    private readonly ITranscriptFormat _format = settings.Json ? new JsonFormat() : new TextFormat(screen.Ink, settings.Words);

    /// <summary>Runs to the end, or until interrupted.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var files = InputFiles.Expand(settings.Files);
        SpeechEngine? engine;
        try
        {
            // Where there is nothing to recognise no model is needed.
            engine = files.Any(file => file.Failure is null) ? SpeechEngine.Open(settings, time) : null;
        }
        catch (Exception exception) when (exception is ModelException or LanguageModelException)
        {
            screen.WriteError($"attune: {exception.Message}\n");
            return ExitCode.CannotRun;
        }
        catch (PlatformNotSupportedException exception)
        {
            screen.WriteError($"attune: {exception.Message}\nTo recognise without adaptation, which needs no libtorch: --adapt none.\n");
            return ExitCode.CannotRun;
        }
        catch (ArgumentException exception)
        {
            screen.WriteError($"attune: {exception.Message}\nTry 'attune transcribe --help'.\n");
            return ExitCode.Usage;
        }

        using (engine) return await RunAsync(files, engine, cancellationToken);
    }

    private async Task<int> RunAsync(IReadOnlyList<InputFile> files, SpeechEngine? engine, CancellationToken cancellationToken)
    {
        var totals = new Totals();
        var interrupted = false;
        await screen.WithProgressAsync(files.Count, async progress =>
        {
            foreach (var file in files)
            {
                progress.Begin(Path.GetFileName(file.Path));
                if (cancellationToken.IsCancellationRequested || await TryTranscribeAsync(file, engine, cancellationToken) is not { } result)
                {
                    interrupted = true;
                    return;
                }

                totals = result.Transcript is { } transcript ? Print(totals, transcript) : Print(totals, result.Failure!);
                progress.End();
            }
        });

        if (files.Count > 1 && totals.Files > 0) screen.WriteOutput(_format.Summary(totals));
        if (!interrupted) return totals.ExitStatus;
        screen.WriteError($"attune: interrupted after {totals.Files + totals.Failed} of {files.Count} files\n");
        return ExitCode.Interrupted;
    }

    private Totals Print(Totals totals, FileTranscript transcript)
    {
        screen.WriteOutput(_format.Success(transcript));
        return totals.With(transcript);
    }

    private Totals Print(Totals totals, FileFailure failure)
    {
        if (settings.Json) screen.WriteOutput(_format.Failure(failure));
        else screen.WriteError(_format.Failure(failure));
        return totals.With(failure);
    }

    /// <summary>One file's transcript or failure; null if interrupted.</summary>
    private async Task<(FileTranscript? Transcript, FileFailure? Failure)?> TryTranscribeAsync(
        InputFile file, SpeechEngine? engine, CancellationToken cancellationToken)
    {
        if (file.Failure is not null) return (null, file.Failure);
        try
        {
            return (await TranscribeAsync(file.Path, engine!, cancellationToken), null);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            return null; // Ctrl-C reaches ffmpeg too, whose complaint then says nothing about the file.
        }
        catch (Exception exception)
        {
            return (null, FileFailure.From(file.Path, exception)); // whatever it is, the other files are done
        }
    }

    private async Task<FileTranscript> TranscribeAsync(string path, SpeechEngine engine, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        var waveform = await _decoder.DecodeAsync(bytes, rawFormat: null, engine.SampleRateHz, cancellationToken);
        var utterances = await engine.RecognizeAsync(waveform, cancellationToken);
        var compute = time.GetElapsedTime(started);
        return new FileTranscript(path, waveform.Duration, compute, await ReadReferenceAsync(path, cancellationToken), utterances);
    }

    /// <summary>The transcript beside the audio, on one line; null if there is none.</summary>
    private static async Task<string?> ReadReferenceAsync(string path, CancellationToken cancellationToken)
    {
        var beside = Path.ChangeExtension(path, ".txt");
        if (!File.Exists(beside)) return null;
        var text = await File.ReadAllTextAsync(beside, cancellationToken);
        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
