using Attune.Text.Classification;
using Attune.Text.Embedding;
using Attune.Text.Generation;
using Attune.Text.Scoring;

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
    };

    public static V1.ScoreResponse ToResponse(TextScore score) => new()
    {
        LogProbability = score.LogProbability,
        BitsPerByte = score.BitsPerByte,
        Tokens = { score.Tokens.Select(token => new V1.TokenScore { Id = token.Token, Text = token.Text, LogProbability = token.LogProbability }) },
    };

    public static V1.GenerationResult ToResult(TextGeneration generation) => new()
    {
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

    public static V1.ClassifyResponse ToResponse(TextClassification classification) => new()
    {
        Labels = { classification.Result.Select(label => new V1.Label { Name = label.Name, Index = label.Index, Probability = label.Probability }) },
        TokenCount = classification.TokenCount,
        UnknownTokenCount = classification.UnknownCount,
    };

    public static V1.EmbedResponse ToResponse(TextEmbedding embedding) => new()
    {
        Values = { embedding.Result },
        TokenCount = embedding.TokenCount,
        UnknownTokenCount = embedding.UnknownCount,
    };
}
