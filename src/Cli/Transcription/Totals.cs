using Attune.Evaluation;

namespace Attune.Cli.Transcription;

/// <summary>Sums over the files done so far.</summary>
/// <param name="Files">Files with a transcript.</param>
/// <param name="Failed">Files without.</param>
/// <param name="Audio">Duration of the files with a transcript.</param>
/// <param name="Compute">Time spent on them.</param>
/// <param name="References">Files with a reference.</param>
/// <param name="DraftErrors">Word errors of their drafts.</param>
/// <param name="FinalErrors">Word errors of their finals.</param>
/// <param name="DecoderMissing">Whether a file failed because ffmpeg is not installed.</param>
internal sealed record Totals(
    int Files = 0,
    int Failed = 0,
    TimeSpan Audio = default,
    TimeSpan Compute = default,
    int References = 0,
    ErrorRate DraftErrors = default,
    ErrorRate FinalErrors = default,
    bool DecoderMissing = false)
{
    /// <summary>With one more file.</summary>
    public Totals With(FileTranscript transcript) => this with
    {
        Files = Files + 1,
        Audio = Audio + transcript.Audio,
        Compute = Compute + transcript.Compute,
        References = References + (transcript.Reference is null ? 0 : 1),
        DraftErrors = DraftErrors + (transcript.DraftErrors ?? default),
        FinalErrors = FinalErrors + (transcript.FinalErrors ?? default),
    };

    /// <summary>With one more failure.</summary>
    public Totals With(FileFailure failure) => this with { Failed = Failed + 1, DecoderMissing = DecoderMissing || failure.IsDecoderMissing };

    /// <summary>The exit status that they stand for.</summary>
    public int ExitStatus => DecoderMissing ? ExitCode.CannotRun : Failed > 0 ? ExitCode.FileFailed : ExitCode.Success;
}
