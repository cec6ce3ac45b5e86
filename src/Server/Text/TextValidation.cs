using Attune.Server.Serving;
using Attune.Text;
using Attune.Text.Generation;

namespace Attune.Server.Text;

/// <summary>From requests about text as they came to ones whose fields are all valid.</summary>
internal static class TextValidation
{
    /// <summary>Most new tokens that a request may ask for.</summary>
    public const int MaxNewTokens = 100_000;

    /// <summary>Refuses a text that would take too long to cut into tokens.</summary>
    /// <exception cref="TextException">TooLong.</exception>
    public static void CheckLength(string text, int maxCharacters)
    {
        if (text.Length <= maxCharacters) return;
        throw new TextException(
            TextError.TooLong,
            $"A text may have {maxCharacters} characters ({TextOptions.Section}:{nameof(TextOptions.MaxCharacters)}). Given: {text.Length}. Send a shorter text.");
    }

    /// <summary>How a text is to be continued.</summary>
    /// <exception cref="InvalidRequestException">Fields are wrong; it lists all of them.</exception>
    public static GenerationOptions ToOptions(V1.GenerateRequest request)
    {
        var problems = new List<FieldProblem>();
        var options = new GenerationOptions
        {
            MaxTokens = request.HasMaxTokens ? request.MaxTokens : new GenerationOptions().MaxTokens,
            Temperature = request.Temperature,
            TopK = request.TopK,
            TopP = request.HasTopP ? request.TopP : 1,
            Seed = request.Seed,
            Stop = [.. request.Stop],
        };
        Require(options.MaxTokens is >= 1 and <= MaxNewTokens, "max_tokens", $"from 1 to {MaxNewTokens}", options.MaxTokens);
        Require(options.Temperature is >= 0 and <= GenerationOptions.MaxTemperature, "temperature", $"from 0 to {GenerationOptions.MaxTemperature}", options.Temperature);
        Require(options.TopK >= 0, "top_k", "at least 0", options.TopK);
        Require(options.TopP is > 0 and <= 1, "top_p", "above 0 and at most 1", options.TopP);
        Require(options.Stop.Count <= GenerationOptions.MaxStopStrings, "stop", $"at most {GenerationOptions.MaxStopStrings} strings", options.Stop.Count);
        if (options.Stop.FirstOrDefault(stop => stop.Length is 0 or > GenerationOptions.MaxStopCharacters) is { } wrong)
            Require(false, "stop", $"strings of 1 to {GenerationOptions.MaxStopCharacters} characters", $"one of {wrong.Length}");
        return problems.Count == 0 ? options : throw new InvalidRequestException(problems);

        void Require(bool holds, string field, string rule, object given)
        {
            if (!holds) problems.Add(new(field, FormattableString.Invariant($"{field} must be {rule}. Given: {given}.")));
        }
    }
}
