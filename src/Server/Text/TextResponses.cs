using Attune.Adaptation.Text.Examples;
using Attune.Adaptation.Text.Updates;
using Attune.Server.Serving;
using Attune.Server.State;
using Attune.Text.Classification;
using Attune.Text.Embedding;
using Attune.Text.Generation;
using Attune.Text.Scoring;
using Google.Protobuf.WellKnownTypes;

namespace Attune.Server.Text;

/// <summary>From results to messages.</summary>
internal static class TextResponses
{
    public static V1.TextModel ToModel(ServedTextModel model) => new()
    {
        Name = model.Name,
        Sha256 = model.Model.Sha256,
        Architecture = model.Model.Config.Architecture.ToString(),
        ParameterCount = model.ParameterCount,
        ContextLength = model.Model.Config.ContextLength,
        VocabularySize = model.Model.Config.VocabularySize,
        Labels = { model.Model.Config.Labels },
        Checkpoint = model.Checkpoint ?? string.Empty,
    };

    public static V1.ScoreResponse ToResponse(TextScore score, TextAnswer answer) => new()
    {
        Adaptation = ToReport(answer),
        LogProbability = score.LogProbability,
        BitsPerByte = score.BitsPerByte,
        Tokens = { score.Tokens.Select(token => new V1.TokenScore { Id = token.Token, Text = token.Text, LogProbability = token.LogProbability }) },
    };

    public static V1.GenerationResult ToResult(TextGeneration generation, TextAnswer answer) => new()
    {
        Adaptation = ToReport(answer),
        FinishReason = generation.Finish switch
        {
            FinishReason.EndOfText => V1.FinishReason.EndOfText,
            FinishReason.MaxTokens => V1.FinishReason.MaxTokens,
            FinishReason.StopString => V1.FinishReason.StopString,
            FinishReason.ContextFull => V1.FinishReason.ContextFull,
            _ => V1.FinishReason.Unspecified,
        },
        PromptTokens = generation.PromptTokens,
        NewTokens = generation.NewTokens,
        LogProbability = generation.LogProbability,
    };

    public static V1.ClassifyResponse ToResponse(TextClassification classification, TextAnswer answer) => new()
    {
        Adaptation = ToReport(answer),
        Labels = { classification.Result.Select(label => new V1.Label { Name = label.Name, Index = label.Index, Probability = label.Probability }) },
        TokenCount = classification.TokenCount,
        UnknownTokenCount = classification.UnknownCount,
    };

    public static V1.DomainExamples ToExamples(DomainId domain, ServedTextModel model, int count, int capacity, DateTimeOffset? nextExpiry) => new()
    {
        Domain = domain.Name,
        Model = model.Name,
        Count = count,
        Capacity = capacity,
        NextExpireTime = nextExpiry?.ToTimestamp(),
    };

    public static V1.StoredExample ToExample(EmbeddedExample stored, ServedTextModel model) => new()
    {
        Id = stored.Example.Id,
        Text = stored.Example.Text,
        Label = stored.Example.Label is { } label ? model.Model.Config.Labels.ElementAtOrDefault(label) ?? "" : "",
        ExpireTime = stored.Expires.ToTimestamp(),
    };

    public static V1.TextAdaptationReport ToReport(TextAnswer answer)
    {
        var report = answer.Adaptation.Report;
        var message = new V1.TextAdaptationReport
        {
            Outcome = ToOutcome(report.Outcome),
            Method = answer.Method switch
            {
                TextMethod.Neighbours or TextMethod.Entropy when report.Outcome is TextAdaptationOutcome.NotRequested or TextAdaptationOutcome.NoNeighbours =>
                    V1.TextAdaptationReport.Types.Method.Unspecified,
                TextMethod.Neighbours => V1.TextAdaptationReport.Types.Method.Neighbours,
                TextMethod.Entropy => V1.TextAdaptationReport.Types.Method.Entropy,
                TextMethod.ContinualEntropy => V1.TextAdaptationReport.Types.Method.ContinualEntropy,
                _ => V1.TextAdaptationReport.Types.Method.Unspecified,
            },
            Neighbours = report.Neighbours,
            Steps = report.Steps.Count,
            StoppedByBudget = report.StoppedByBudget,
            Updates = answer.Updates,
            Revision = answer.Domain is { } domain ? DomainResponses.ToServedRevision(domain.Domain, domain.Current) : null,
        };
        if (report.LossBefore is { } before) message.LossBefore = before;
        if (report.LossAfter is { } after) message.LossAfter = after;
        return message;
    }

    private static V1.TextAdaptationReport.Types.Outcome ToOutcome(TextAdaptationOutcome outcome) => outcome switch
    {
        TextAdaptationOutcome.Adapted => V1.TextAdaptationReport.Types.Outcome.Adapted,
        TextAdaptationOutcome.NotRequested => V1.TextAdaptationReport.Types.Outcome.NotRequested,
        TextAdaptationOutcome.NoNeighbours => V1.TextAdaptationReport.Types.Outcome.NoNeighbours,
        TextAdaptationOutcome.BudgetSpent => V1.TextAdaptationReport.Types.Outcome.BudgetSpent,
        TextAdaptationOutcome.Overloaded => V1.TextAdaptationReport.Types.Outcome.Overloaded,
        TextAdaptationOutcome.QuotaSpent => V1.TextAdaptationReport.Types.Outcome.QuotaSpent,
        TextAdaptationOutcome.Diverged => V1.TextAdaptationReport.Types.Outcome.Diverged,
        TextAdaptationOutcome.Collapsed => V1.TextAdaptationReport.Types.Outcome.Collapsed,
        TextAdaptationOutcome.StateUnavailable => V1.TextAdaptationReport.Types.Outcome.StateUnavailable,
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "The answer has no such outcome."),
    };

    public static V1.EmbedResponse ToResponse(TextEmbedding embedding) => new()
    {
        Values = { embedding.Result },
        TokenCount = embedding.TokenCount,
        UnknownTokenCount = embedding.UnknownCount,
    };
}
