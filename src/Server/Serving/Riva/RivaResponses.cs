using Attune.Adaptation;
using Attune.Recognition.Decoding;
using Attune.Riva.Asr;
using Attune.Server.Serving.Streaming;

namespace Attune.Server.Serving.Riva;

/// <summary>From what was recognised to messages of Riva's protocol.</summary>
internal static class RivaResponses
{
    /// <summary>Riva numbers channels from 1; ours are mixed down to one.</summary>
    private const int Channel = 1;

    public static SpeechRecognitionResult ToResult(RecognizedUtterance utterance, bool wordTimes) => new()
    {
        Alternatives = { ToAlternatives(utterance, wordTimes) },
        ChannelTag = Channel,
        AudioProcessed = (float)(utterance.Start + utterance.Duration).TotalSeconds,
    };

    /// <summary>Null for what the protocol has no message for.</summary>
    public static StreamingRecognitionResult? ToResult(StreamAnswer answer, bool wordTimes)
    {
        var result = answer switch
        {
            InterimAnswer { Interim: var interim } => new StreamingRecognitionResult
            {
                Alternatives = { ToAlternative(interim.Transcript, wordTimes: false) },
                Stability = (float)interim.StableWords / interim.Transcript.Words.Count,
            },
            DraftAnswer { Draft: var draft } => new StreamingRecognitionResult { Alternatives = { ToAlternative(draft, wordTimes: false) }, Stability = 1 },
            FinalAnswer { Utterance.Recognized: var utterance } => new StreamingRecognitionResult { Alternatives = { ToAlternatives(utterance, wordTimes) }, IsFinal = true },
            _ => null,
        };
        if (result is null) return null;
        result.ChannelTag = Channel;
        result.AudioProcessed = (float)answer.Processed.TotalSeconds;
        return result;
    }

    private static IEnumerable<SpeechRecognitionAlternative> ToAlternatives(RecognizedUtterance utterance, bool wordTimes) =>
        utterance.Alternatives.Count == 0
            ? [ToAlternative(utterance.Final, wordTimes)]
            : utterance.Alternatives.Select(alternative => ToAlternative(alternative.Transcript, wordTimes));

    private static SpeechRecognitionAlternative ToAlternative(Transcript transcript, bool wordTimes)
    {
        var alternative = new SpeechRecognitionAlternative { Transcript = transcript.Text, Confidence = (float)transcript.Confidence };
        if (!wordTimes) return alternative;
        alternative.Words.AddRange(transcript.Words.Select(word => new WordInfo
        {
            Word = word.Text,
            StartTime = (int)word.Start.TotalMilliseconds,
            EndTime = (int)word.End.TotalMilliseconds,
            Confidence = (float)word.Confidence,
        }));
        return alternative;
    }
}
