using Attune.Adaptation;
using Attune.Recognition.Decoding;
using Attune.Server.Domains;
using Google.Protobuf.WellKnownTypes;

namespace Attune.Server.Serving;

/// <summary>From what was recognised to the messages of the answer.</summary>
internal static class Responses
{
    public static V1.RecognizeResponse ToResponse(RecognizedRecording recording, bool wordTimes)
    {
        var response = new V1.RecognizeResponse
        {
            AudioDuration = recording.Duration.ToDuration(),
            ComputeDuration = recording.Elapsed.ToDuration(),
        };
        response.Results.AddRange(recording.Utterances.Select(utterance => ToResult(utterance, wordTimes)));
        return response;
    }

    public static V1.Model ToModel(AdaptiveRecognizer recognizer, RecognitionSettings settings)
    {
        var model = recognizer.Model;
        var vocabulary = model.Vocabulary;
        return new V1.Model
        {
            Name = model.Name,
            Sha256 = model.Sha256,
            Architecture = model.Config.Architecture.ToString().Replace("Ctc", "CTC", StringComparison.Ordinal),
            SampleRateHertz = model.Preprocessing.SampleRateHz,
            ParameterCount = model.Layout.Parameters.Sum(parameter => parameter.Length),
            Vocabulary = { Enumerable.Range(0, vocabulary.Count).Select(vocabulary.Token) },
            ParameterSet = recognizer.ParameterSet.Name,
            AdaptableParameterCount = recognizer.ParameterCount,
            DefaultSteps = settings.Fast.Steps,
            MaxAudioDuration = settings.Audio.MaxDuration.ToDuration(),
            MaxUtteranceDuration = settings.Recognition.MaxUtterance.ToDuration(),
        };
    }

    private static V1.SpeechRecognitionResult ToResult(ServedUtterance served, bool wordTimes) => new()
    {
        Alternatives = { ToAlternatives(served.Recognized, wordTimes) },
        IsFinal = true,
        StartTime = served.Recognized.Start.ToDuration(),
        EndTime = (served.Recognized.Start + served.Recognized.Duration).ToDuration(),
        Draft = served.Recognized.Draft.Text,
        Adaptation = ToAdaptation(served.Recognized.Adaptation),
        FinalId = served.FinalId?.ToString() ?? "",
        Revision = DomainResponses.ToServedRevision(served),
    };

    /// <summary>What a beam search found, or the one best path.</summary>
    public static IEnumerable<V1.SpeechRecognitionAlternative> ToAlternatives(RecognizedUtterance utterance, bool wordTimes)
    {
        if (utterance.Alternatives.Count == 0) return [ToAlternative(utterance.Final, wordTimes)];
        return utterance.Alternatives.Select(found =>
        {
            var alternative = ToAlternative(found.Transcript, wordTimes);
            (alternative.AcousticScore, alternative.LanguageScore) = (found.AcousticScore, found.LanguageScore);
            return alternative;
        });
    }

    public static V1.SpeechRecognitionAlternative ToAlternative(Transcript transcript, bool wordTimes)
    {
        var alternative = new V1.SpeechRecognitionAlternative { Transcript = transcript.Text, Confidence = transcript.Confidence };
        if (!wordTimes) return alternative;
        alternative.Words.AddRange(transcript.Words.Select(word => new V1.WordInfo
        {
            Word = word.Text,
            StartTime = word.Start.ToDuration(),
            EndTime = word.End.ToDuration(),
            Confidence = word.Confidence,
        }));
        return alternative;
    }

    public static V1.AdaptationReport ToAdaptation(AdaptationReport report)
    {
        var adaptation = new V1.AdaptationReport
        {
            Outcome = ToOutcome(report.Outcome),
            Steps = report.Steps.Count,
            StoppedByBudget = report.StoppedByBudget,
        };
        if (report.LossBefore is { } before) adaptation.LossBefore = before;
        if (report.LossAfter is { } after) adaptation.LossAfter = after;
        adaptation.StepDetails.AddRange(report.Steps.Select(step => new V1.AdaptationStep
        {
            Loss = step.Loss,
            Entropy = step.Entropy,
            ClassConfusion = step.ClassConfusion,
            AllBlank = step.AllBlank,
            GradientNorm = step.GradientNorm,
            Elapsed = step.Elapsed.ToDuration(),
        }));
        return adaptation;
    }

    private static V1.AdaptationReport.Types.Outcome ToOutcome(AdaptationOutcome outcome) => outcome switch
    {
        AdaptationOutcome.Adapted => V1.AdaptationReport.Types.Outcome.Adapted,
        AdaptationOutcome.NotRequested => V1.AdaptationReport.Types.Outcome.NotRequested,
        AdaptationOutcome.DraftAllBlank => V1.AdaptationReport.Types.Outcome.DraftAllBlank,
        AdaptationOutcome.Collapsed => V1.AdaptationReport.Types.Outcome.Collapsed,
        AdaptationOutcome.Diverged => V1.AdaptationReport.Types.Outcome.Diverged,
        AdaptationOutcome.BudgetSpent => V1.AdaptationReport.Types.Outcome.BudgetSpent,
        AdaptationOutcome.Overloaded => V1.AdaptationReport.Types.Outcome.Overloaded,
        AdaptationOutcome.QuotaSpent => V1.AdaptationReport.Types.Outcome.QuotaSpent,
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "The answer has no such outcome."),
    };
}
