using Google.Protobuf.WellKnownTypes;
using SpeechEventType = Attune.V1.StreamingRecognizeResponse.Types.SpeechEventType;

namespace Attune.Server.Serving.Streaming;

/// <summary>From what a stream answers to messages of attune.v1.</summary>
internal static class StreamResponses
{
    public static V1.StreamingRecognizeResponse ToResponse(StreamAnswer answer, bool wordTimes)
    {
        var response = new V1.StreamingRecognizeResponse { AudioProcessed = answer.Processed.ToDuration() };
        if (answer is NoticeAnswer notice)
        {
            response.SpeechEventType = ToEvent(notice.Notice);
            response.SpeechEventTime = notice.Time.ToDuration();
        }
        else
        {
            response.Results.Add(ToResult(answer, wordTimes));
        }

        return response;
    }

    private static V1.StreamingRecognitionResult ToResult(StreamAnswer answer, bool wordTimes) => answer switch
    {
        InterimAnswer { Interim: var interim } => new V1.StreamingRecognitionResult
        {
            Alternatives = { Responses.ToAlternative(interim.Transcript, wordTimes) },
            Stability = (float)interim.StableWords / interim.Transcript.Words.Count,
            StableWordCount = interim.StableWords,
            UtteranceIndex = interim.Utterance,
            StartTime = interim.Start.ToDuration(),
            EndTime = interim.End.ToDuration(),
        },
        DraftAnswer { Utterance: var ended, Draft: var draft } => new V1.StreamingRecognitionResult
        {
            Alternatives = { Responses.ToAlternative(draft, wordTimes) },
            IsDraft = true,
            Stability = 1,
            StableWordCount = draft.Words.Count,
            UtteranceIndex = ended.Utterance,
            StartTime = ended.Start.ToDuration(),
            EndTime = (ended.Start + ended.Duration).ToDuration(),
        },
        FinalAnswer { Utterance: { Recognized: var utterance } served } final => new V1.StreamingRecognitionResult
        {
            Alternatives = { Responses.ToAlternatives(utterance, wordTimes) },
            IsFinal = true,
            UtteranceIndex = final.Index,
            StartTime = utterance.Start.ToDuration(),
            EndTime = (utterance.Start + utterance.Duration).ToDuration(),
            Draft = utterance.Draft.Text,
            Adaptation = Responses.ToAdaptation(utterance.Adaptation),
            FinalId = served.FinalId?.ToString() ?? "",
            Revision = DomainResponses.ToServedRevision(served),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(answer), answer, "The protocol has no such answer."),
    };

    private static SpeechEventType ToEvent(StreamNotice notice) => notice switch
    {
        StreamNotice.SpeechBegan => SpeechEventType.SpeechBegin,
        StreamNotice.SpeechEnded => SpeechEventType.SpeechEnd,
        StreamNotice.EndOfSingleUtterance => SpeechEventType.EndOfSingleUtterance,
        StreamNotice.VoiceActivityTimeout => SpeechEventType.VoiceActivityTimeout,
        _ => throw new ArgumentOutOfRangeException(nameof(notice), notice, "The protocol has no such event."),
    };
}
