using Attune.Recognition.Decoding;
using Attune.Recognition.Streaming;
using Attune.Server.Domains;

namespace Attune.Server.Serving.Streaming;

/// <summary>One message to a client.</summary>
/// <param name="Processed">Audio that was heard when it was made.</param>
internal abstract record StreamAnswer(TimeSpan Processed);

/// <summary>What was heard so far of an utterance.</summary>
internal sealed record InterimAnswer(InterimTranscript Interim, TimeSpan Processed) : StreamAnswer(Processed);

/// <summary>What was heard of a whole utterance before adaptation.</summary>
internal sealed record DraftAnswer(UtteranceEnded Utterance, Transcript Draft, TimeSpan Processed) : StreamAnswer(Processed);

/// <summary>The last word on an utterance.</summary>
/// <param name="Index">Its number in the stream.</param>
/// <param name="Utterance">What was recognised.</param>
/// <param name="Processed">Audio that was heard when the utterance had ended.</param>
internal sealed record FinalAnswer(int Index, ServedUtterance Utterance, TimeSpan Processed) : StreamAnswer(Processed);

/// <summary>Something happened.</summary>
internal sealed record NoticeAnswer(StreamNotice Notice, TimeSpan Time, TimeSpan Processed) : StreamAnswer(Processed);

/// <summary>What can happen in a stream.</summary>
internal enum StreamNotice
{
    SpeechBegan,
    SpeechEnded,
    EndOfSingleUtterance,
    VoiceActivityTimeout,
}
