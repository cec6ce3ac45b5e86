using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Attune.Recognition.Decoding;

namespace Attune.Cli.Transcription;

/// <summary>One JSON object a line.</summary>
internal sealed class JsonFormat : ITranscriptFormat
{
    // Apostrophes and letters beyond ASCII stay readable: the output is UTF-8 and no part of a web page.
    private static readonly TranscriptJson Json = new(new JsonSerializerOptions(TranscriptJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public string Success(FileTranscript transcript) => JsonSerializer.Serialize(
        new TranscriptLine(
            transcript.File,
            transcript.Draft,
            transcript.Final,
            transcript.Steps,
            Number(transcript.LossBefore),
            Number(transcript.LossAfter),
            Seconds(transcript.Audio),
            Seconds(transcript.Compute),
            [.. transcript.Words.Select(WordLine)],
            JsonNamingPolicy.SnakeCaseLower.ConvertName(transcript.Outcome.ToString()),
            Number(transcript.Confidence),
            transcript.Reference,
            Number(transcript.DraftErrors?.Rate),
            Number(transcript.FinalErrors?.Rate),
            transcript.Alternatives.Count == 0 ? null : [.. transcript.Alternatives.Select(Lines)]),
        Json.TranscriptLine) + "\n";

    public string Failure(FileFailure failure) =>
        JsonSerializer.Serialize(new FailureLine(failure.File, new FailureCause(failure.Code, failure.Message)), Json.FailureLine) + "\n";

    public string Summary(Totals totals) => "";

    private static IReadOnlyList<TranscriptAlternative> Lines(IReadOnlyList<Alternative> alternatives) => [.. alternatives.Select(alternative =>
        new TranscriptAlternative(alternative.Transcript.Text, Number(alternative.AcousticScore), Number(alternative.LanguageScore), Number(alternative.Transcript.Confidence)))];

    private static TranscriptWord WordLine(Word word) =>
        new(word.Text, Seconds(word.Start), Seconds(word.End), Number(word.Confidence));

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);

    /// <summary>Six decimals; JSON has no infinity and no NaN.</summary>
    private static double? Number(double? value) => value is { } number && double.IsFinite(number) ? Math.Round(number, 6) : null;
}

/// <summary>A file that was recognised. The names, in snake case, are what programs read: they stay.</summary>
internal sealed record TranscriptLine(
    string File,
    string Draft,
    string Final,
    int Steps,
    double? LossBefore,
    double? LossAfter,
    double AudioS,
    double ComputeS,
    IReadOnlyList<TranscriptWord> Words,
    string Outcome,
    double? Confidence,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reference,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? WerDraft,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? WerFinal,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<IReadOnlyList<TranscriptAlternative>>? Alternatives);

/// <summary>One of the transcripts of an utterance that a beam search found.</summary>
internal sealed record TranscriptAlternative(string Text, double? AcousticScore, double? LanguageScore, double? Confidence);

/// <summary>One word of a final.</summary>
internal sealed record TranscriptWord(string Word, double StartS, double EndS, double? Confidence);

/// <summary>A file that failed.</summary>
internal sealed record FailureLine(string File, FailureCause Error);

/// <summary>Why.</summary>
internal sealed record FailureCause(string Code, string Message);

/// <summary>Serialisers made when the program is compiled.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TranscriptLine))]
[JsonSerializable(typeof(FailureLine))]
internal sealed partial class TranscriptJson : JsonSerializerContext;
