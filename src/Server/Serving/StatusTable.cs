using System.Text.Json;
using Attune.Adaptation.Checkpoints;
using Attune.Adaptation.Text.Editing;
using Attune.Recognition.Audio;
using Attune.Server.Access;
using Attune.Server.Domains;
using Attune.Server.Serving.Streaming;
using Attune.Server.State;
using Attune.Server.Text;
using Attune.Text;
using Google.Protobuf;
using Grpc.Core;

namespace Attune.Server.Serving;

/// <summary>One way in which a call can end.</summary>
/// <param name="Label">Stable name: the <c>reason</c> of the error's <c>google.rpc.ErrorInfo</c>, and a tag in the log.</param>
/// <param name="Status">Status code of gRPC.</param>
/// <param name="When">When it happens, and what the client should do.</param>
internal sealed record StatusRow(string Label, StatusCode Status, string When);

/// <summary>Every status that the service answers with. The README's table is this one.</summary>
internal static class StatusTable
{
    public static StatusRow InvalidRequest { get; } =
        new("INVALID_REQUEST", StatusCode.InvalidArgument, "A field breaks its rule. Correct the fields that the details name.");

    public static StatusRow MessageUnreadable { get; } = new(
        "MESSAGE_UNREADABLE",
        StatusCode.InvalidArgument,
        "The bytes are no message of the method. Make the client from this version's protos.");

    public static StatusRow Unauthenticated { get; } =
        new("UNAUTHENTICATED", StatusCode.Unauthenticated, "No credential was shown, or one that is wrong or has expired. Show a valid key or token.");

    public static StatusRow PermissionDenied { get; } =
        new("PERMISSION_DENIED", StatusCode.PermissionDenied, "The caller does not have the role that this needs. Ask who configures the server.");

    public static StatusRow QuotaExceeded { get; } =
        new("QUOTA_EXCEEDED", StatusCode.ResourceExhausted, "The caller has used what it may use. Try again after as many seconds as retry-after says.");

    public static StatusRow Overloaded { get; } =
        new("OVERLOADED", StatusCode.ResourceExhausted, "As many requests as Serving:MaxConcurrentRequests, or about text as Text:MaxConcurrentRequests, are at work. Back off and try again.");

    public static StatusRow TooManyStreams { get; } = new(
        "TOO_MANY_STREAMS",
        StatusCode.ResourceExhausted,
        "As many streams as Serving:Streams:MaxConcurrent or MaxPerClient are at work. Back off and try again.");

    public static StatusRow StreamIdle { get; } =
        new("STREAM_IDLE", StatusCode.OutOfRange, "No message came for Serving:Streams:IdleTimeout. Send audio, or keep-alive messages.");

    public static StatusRow StreamTooLong { get; } =
        new("STREAM_TOO_LONG", StatusCode.OutOfRange, "The stream lasted as long as Serving:Streams:MaxDuration. Go on in another one.");

    public static StatusRow SlowReader { get; } =
        new("SLOW_READER", StatusCode.ResourceExhausted, "Answers were not read for Serving:Streams:WriteTimeout. Read them as they come.");

    public static StatusRow Stopping { get; } =
        new("STOPPING", StatusCode.Unavailable, "The server is stopping. Try again, best at another replica.");

    public static StatusRow DomainNotFound { get; } =
        new("DOMAIN_NOT_FOUND", StatusCode.NotFound, "No utterance ever named the domain, or it was deleted. Correct the name.");

    public static StatusRow RevisionNotFound { get; } =
        new("REVISION_NOT_FOUND", StatusCode.NotFound, "The domain has no such revision that may serve. List its revisions.");

    public static StatusRow StateUnavailable { get; } =
        new("STATE_UNAVAILABLE", StatusCode.Unavailable, "The store of domains cannot be reached; recognition goes on. Try again.");

    public static StatusRow ModelSwapped { get; } =
        new("MODEL_SWAPPED", StatusCode.Unavailable, "Another checkpoint serves, whose domains have events of their own. Watch again.");

    public static StatusRow TextModelNotFound { get; } =
        new("TEXT_MODEL_NOT_FOUND", StatusCode.NotFound, "No text model has that name. List the models.");

    public static StatusRow TextOff { get; } =
        new("TEXT_OFF", StatusCode.FailedPrecondition, "The server has no text model. Start it with Text:Models.");

    public static StatusRow OutOfMemory { get; } =
        new("OUT_OF_MEMORY", StatusCode.ResourceExhausted, "The server has no memory for this recording at the moment. Send shorter audio, or try again later.");

    public static StatusRow Cancelled { get; } = new("CANCELLED", StatusCode.Cancelled, "The client cancelled the call.");

    public static StatusRow DeadlineExceeded { get; } =
        new("DEADLINE_EXCEEDED", StatusCode.DeadlineExceeded, "The deadline passed. Allow more time, or set a latency budget.");

    public static StatusRow Internal { get; } =
        new("INTERNAL", StatusCode.Internal, "The server has a fault; its log has the details under the request's id. Report it.");

    /// <summary>All rows: first the causes that lie in the audio, then the others.</summary>
    public static IReadOnlyList<StatusRow> Rows { get; } =
    [
        new("AUDIO_EMPTY", StatusCode.InvalidArgument, "There are no bytes, or the file holds no samples. Check the recording."),
        new("AUDIO_TRUNCATED", StatusCode.InvalidArgument, "The bytes end before what they announce. Send the whole recording."),
        new("AUDIO_CORRUPT", StatusCode.InvalidArgument, "The bytes contradict themselves or cannot be decoded. Write the file anew."),
        new("AUDIO_UNSUPPORTED_FORMAT", StatusCode.InvalidArgument, "No known kind of file. Convert it, or state the encoding of headerless audio."),
        new("AUDIO_UNSUPPORTED_ENCODING", StatusCode.InvalidArgument, "The file's samples are coded in a way that is not supported. Convert it."),
        new("AUDIO_UNSUPPORTED_SAMPLE_RATE", StatusCode.InvalidArgument, "The sample rate is below 1,000 or above 384,000 Hz. Resample."),
        new("AUDIO_UNSUPPORTED_CHANNELS", StatusCode.InvalidArgument, "There are too many channels. Send fewer."),
        new("AUDIO_NOT_FINITE", StatusCode.InvalidArgument, "A sample is NaN or infinite. Repair the recording."),
        new("AUDIO_TOO_SHORT", StatusCode.InvalidArgument, "There are fewer samples than the model needs for one frame. Send more."),
        new("AUDIO_TOO_LONG", StatusCode.InvalidArgument, "It lasts longer than Audio:MaxDuration. Split it."),
        new("AUDIO_DECODER_MISSING", StatusCode.FailedPrecondition, "The server has no ffmpeg for FLAC, Ogg and MP3. Install it there, or send WAV."),
        new("AUDIO_DECODER_TIMED_OUT", StatusCode.ResourceExhausted, "Decoding took longer than Audio:DecoderTimeout. Send shorter audio, or WAV."),
        new("AUDIO_DECODER_FAILED", StatusCode.Internal, "ffmpeg answered what it should not. Send WAV, and report it."),
        InvalidRequest,
        MessageUnreadable,
        Unauthenticated,
        PermissionDenied,
        QuotaExceeded,
        Overloaded,
        new("", StatusCode.ResourceExhausted, "The message is larger than Serving:MaxMessageBytes; refused by the framework, so without details. Split it."),
        OutOfMemory,
        TooManyStreams,
        StreamIdle,
        StreamTooLong,
        SlowReader,
        DomainNotFound,
        RevisionNotFound,
        StateUnavailable,
        new("CHECKPOINT_NOT_FOUND", StatusCode.NotFound, "The store has no checkpoint of that id, or several. List them."),
        new("CHECKPOINT_DAMAGED", StatusCode.DataLoss, "A checkpoint's files are not those that entered the store. Import it again."),
        new("CHECKPOINT_INVALID", StatusCode.InvalidArgument, "The folder or recipe gives no model that the server can use. Correct it."),
        new("CHECKPOINT_WRONG_KIND", StatusCode.InvalidArgument, "The checkpoint is of another kind than the model in whose place it is to serve. List tells the kinds."),
        new("CHECKPOINT_REJECTED", StatusCode.FailedPrecondition, "The gate says no. Inspect what it found; override_gate has it serve all the same."),
        new("CHECKPOINT_NO_PREVIOUS", StatusCode.FailedPrecondition, "Nothing was activated yet, so there is nothing to go back to."),
        new("CHECKPOINT_OFF", StatusCode.FailedPrecondition, "The server keeps no checkpoints. Start it with Checkpoints:Folder."),
        new("EDIT_INVALID", StatusCode.InvalidArgument, "A fact cannot be edited as it is given, for example because its subject does not occur in the prompt. Correct it."),
        new("TEXT_EMPTY", StatusCode.InvalidArgument, "The text has no character. Send one."),
        new("TEXT_INVALID_UNICODE", StatusCode.InvalidArgument, "The text has half of a surrogate pair. Send UTF-8."),
        new("TEXT_TOO_LONG", StatusCode.InvalidArgument, "The text has more characters than Text:MaxCharacters, or more tokens than the model reads at once. Send a shorter one."),
        new("TEXT_WRONG_MODEL", StatusCode.InvalidArgument, "The model is of a family that does not do this. Choose another."),
        TextModelNotFound,
        TextOff,
        ModelSwapped,
        Stopping,
        Cancelled,
        DeadlineExceeded,
        Internal,
    ];

    /// <summary>The row of an exception that says all that a client needs; null for any other, whose message is not for clients.</summary>
    public static StatusRow? Of(Exception exception) => exception switch
    {
        AudioException audio => Of(audio.Error),
        CheckpointException checkpoint => Of(checkpoint.Error),
        TextException text => Of(text.Error),
        EditException => Rows.Single(row => row.Label == "EDIT_INVALID"),
        TextModelNotFoundException => TextModelNotFound,
        TextOffException => TextOff,
        ModelSwappedException => ModelSwapped,
        InvalidRequestException => InvalidRequest,
        InvalidProtocolBufferException => MessageUnreadable,
        QuotaExceededException => QuotaExceeded,
        OverloadedException => Overloaded,
        StreamLimitException limit => limit.Row,
        DomainNotFoundException => DomainNotFound,
        RevisionNotFoundException => RevisionNotFound,
        StateUnavailableException => StateUnavailable,
        StoppingException => Stopping,
        ClientGoneException => Cancelled,
        _ => null,
    };

    /// <summary>The row of a checkpoint that cannot be had.</summary>
    public static StatusRow Of(CheckpointError error)
    {
        var label = "CHECKPOINT_" + JsonNamingPolicy.SnakeCaseUpper.ConvertName(error.ToString());
        return Rows.Single(row => row.Label == label);
    }

    /// <summary>The row of a text that was refused.</summary>
    public static StatusRow Of(TextError error)
    {
        var label = "TEXT_" + JsonNamingPolicy.SnakeCaseUpper.ConvertName(error.ToString());
        return Rows.Single(row => row.Label == label);
    }

    /// <summary>The row of audio that was refused.</summary>
    public static StatusRow Of(AudioError error)
    {
        var label = "AUDIO_" + JsonNamingPolicy.SnakeCaseUpper.ConvertName(error.ToString());
        return Rows.Single(row => row.Label == label);
    }
}
