using Attune.Adaptation.Text.Updates;
using Attune.Server.Access;
using Attune.Server.Serving;
using Attune.Text;
using Attune.Text.Generation;
using Attune.Text.Models;

namespace Attune.Server.Text;

/// <summary>From requests about text as they came to ones whose fields are all valid.</summary>
internal static class TextValidation
{
    /// <summary>Most new tokens that a request may ask for.</summary>
    public const int MaxNewTokens = 100_000;

    /// <summary>Most examples that a request may add.</summary>
    public const int MaxExamples = 100;

    private const int DefaultPage = 100, MaxPage = 1000;

    /// <summary>Most examples that a request may name.</summary>
    public const int MaxIds = 1_000;

    /// <summary>Refuses a text that would take too long to cut into tokens.</summary>
    /// <exception cref="TextException">TooLong.</exception>
    public static void CheckLength(string text, int maxCharacters)
    {
        if (text.Length <= maxCharacters) return;
        throw new TextException(
            TextError.TooLong,
            $"A text may have {maxCharacters} characters ({TextOptions.Section}:{nameof(TextOptions.MaxCharacters)}). Given: {text.Length}. Send a shorter text.");
    }

    /// <summary>What a request wants of adaptation.</summary>
    /// <param name="domain">As it came; empty for none.</param>
    /// <param name="config">As it came; null for the server's settings.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="arrived">Timestamp of the arrival.</param>
    /// <param name="defaults">The server's settings.</param>
    /// <exception cref="InvalidRequestException">Fields are wrong; it lists all of them.</exception>
    public static TextWish ToWish(string domain, V1.TextAdaptationConfig? config, Caller caller, long arrived, TextAdaptationOptions defaults)
    {
        var problems = new List<FieldProblem>();
        var id = DomainValidation.CheckOptional("domain", domain, caller.Tenant, problems);
        // The same rules as of speech, with the same words.
        var (steps, budget) = RequestValidation.ToAdaptation(config?.HasSteps == true ? config.Steps : null, config?.LatencyBudget, "adaptation", problems);
        var neighbours = config?.HasNeighbours == true ? config.Neighbours : defaults.Neighbours;
        if (neighbours is < 0 or > TextAdaptationOptions.MaxNeighbours)
            problems.Add(new("adaptation.neighbours", $"adaptation.neighbours must be from 0 to {TextAdaptationOptions.MaxNeighbours}. Given: {neighbours}."));
        return problems.Count == 0
            ? new TextWish(caller, id, steps, budget ?? defaults.LatencyBudget, neighbours, arrived)
            : throw new InvalidRequestException(problems);
    }

    /// <summary>Texts with the numbers of their labels, and the time after which they are gone.</summary>
    /// <param name="request">As it came.</param>
    /// <param name="model">For which they are.</param>
    /// <param name="options">Limits.</param>
    /// <exception cref="InvalidRequestException">Fields are wrong; it lists all of them.</exception>
    public static (IReadOnlyList<(string Text, int? Label)> Examples, TimeSpan Ttl) ToExamples(V1.AddExamplesRequest request, TextModel model, ExampleOptions options)
    {
        var problems = new List<FieldProblem>();
        if (request.Examples.Count is < 1 or > MaxExamples)
            problems.Add(new("examples", $"examples must be from 1 to {MaxExamples}. Given: {request.Examples.Count}."));
        string[] labels = [.. model.Config.Labels];
        var examples = new List<(string Text, int? Label)>();
        for (var i = 0; i < Math.Min(request.Examples.Count, MaxExamples); i++)
        {
            var (text, label) = (request.Examples[i].Text, request.Examples[i].Label);
            if (text.Length < 1 || text.Length > options.MaxCharacters)
            {
                problems.Add(new(
                    $"examples[{i}].text",
                    $"examples[{i}].text must have 1 to {options.MaxCharacters} characters ({ExampleOptions.Section}:{nameof(options.MaxCharacters)}). Given: {text.Length}."));
            }

            var number = Array.IndexOf(labels, label);
            if (labels.Length == 0 && label.Length > 0)
                problems.Add(new($"examples[{i}].label", $"examples[{i}].label must be empty: the model {model.Name} has no labels. Given: '{label}'."));
            else if (labels.Length > 0 && number < 0)
                problems.Add(new($"examples[{i}].label", $"examples[{i}].label must be one of {string.Join(", ", labels.Take(20))}. Given: '{label}'."));
            examples.Add((text, number < 0 ? null : number));
        }

        var ttl = request.Ttl is null ? options.Expiry : RequestValidation.ToTimeSpan(request.Ttl);
        if (ttl is null || ttl < TimeSpan.FromMinutes(1) || ttl > TimeSpan.FromDays(365))
            problems.Add(new("ttl", $"ttl must be from 1 minute to 365 days. Given: {request.Ttl?.Seconds} s and {request.Ttl?.Nanos} ns."));
        return problems.Count == 0 ? (examples, ttl!.Value) : throw new InvalidRequestException(problems);
    }

    /// <summary>Place after which a page begins, and most examples of it.</summary>
    /// <exception cref="InvalidRequestException">Fields are wrong; it lists all of them.</exception>
    public static (ExamplePlace? After, int Count) ToPage(V1.ListExamplesRequest request)
    {
        var problems = new List<FieldProblem>();
        if (request.PageSize is < 0 or > MaxPage) problems.Add(new("page_size", $"page_size must be from 1 to {MaxPage}, or 0 for {DefaultPage}. Given: {request.PageSize}."));
        var after = request.PageToken.Length > 0 ? ExamplePlace.TryParse(request.PageToken) : null;
        if (request.PageToken.Length > 0 && after is null) problems.Add(new("page_token", "page_token must be the next_page_token of an earlier page."));
        return problems.Count == 0 ? (after, request.PageSize == 0 ? DefaultPage : request.PageSize) : throw new InvalidRequestException(problems);
    }

    /// <summary>Checks the ids of examples.</summary>
    /// <exception cref="InvalidRequestException">One is none that <see cref="DomainExamples.AddAsync"/> gives, or there are too many.</exception>
    public static IReadOnlyList<string> ToIds(IReadOnlyList<string> ids)
    {
        if (ids.Count > MaxIds) throw new InvalidRequestException([new("ids", $"ids must be at most {MaxIds}, or none for all. Given: {ids.Count}.")]);
        if (ids.FirstOrDefault(id => id.Length != 32 || !id.All(char.IsAsciiHexDigitLower)) is { } wrong)
            throw new InvalidRequestException([new("ids", $"ids must be those that AddExamples gave. Given: '{wrong}'.")]);
        return ids;
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
