using Attune.Adaptation.Text.Tent;
using Attune.Adaptation.Text.Updates;
using Attune.Server.Domains;
using Attune.Server.Telemetry;
using Attune.Text.Classification;
using Microsoft.Extensions.Options;

namespace Attune.Server.Text;

/// <summary>Decides what weights a request about text is answered from, and answers classifications.</summary>
/// <remarks>
/// (1) without a domain, the model's own; (2) the domain's revision, or the model's own while it has none; (3) steps from there on the domain's examples that are most like the text, of those that came after the revision; (4) for a
/// classifier without such examples and without a revision, what <see cref="TentOptions.Strategy"/> says: labels tell more than certainty does. Steps run on the adaptation threads, so that recognition never waits for them. Thread-safe.
/// </remarks>
internal sealed class TextAdaptations(
    ExampleSearch search, TextDomains domains, TentDomains tent, TextRunner runner, ServerMetrics metrics, TimeProvider time, IOptions<TextAdaptationOptions> options)
{
    /// <summary>Adapts to a request of a causal model.</summary>
    /// <param name="model">The request's.</param>
    /// <param name="text">What its examples are to be like.</param>
    /// <param name="wish">What it wants.</param>
    /// <param name="cancellationToken">Honoured between operators and between pieces of a step.</param>
    public async Task<TextAnswer> AdaptAsync(ServedTextModel model, string text, TextWish wish, CancellationToken cancellationToken) =>
        Count(await TrainAsync(model, await TakeAsync(model, wish, cancellationToken), text, wish, cancellationToken), wish);

    /// <summary>Classifies a text.</summary>
    /// <param name="model">A classifier.</param>
    /// <param name="text">The text.</param>
    /// <param name="pair">A second one; null for none.</param>
    /// <param name="wish">What the request wants.</param>
    /// <param name="cancellationToken">Honoured between operators and between pieces of a step.</param>
    /// <returns>The classification, which the caller disposes, and what it comes from.</returns>
    public async Task<(TextClassification Classification, TextAnswer Answer)> ClassifyAsync(
        ServedTextModel model, string text, string? pair, TextWish wish, CancellationToken cancellationToken)
    {
        // A text that is refused is refused before anything is adapted to it.
        var domainNow = await TakeAsync(model, wish, cancellationToken);
        var revision = domainNow?.Current?.State.Parameters;
        var own = await ClassifyAsync(model, text, pair, revision, cancellationToken);
        try
        {
            var answer = await TrainAsync(model, domainNow, pair is null ? text : "", wish, cancellationToken); // examples are single texts
            if (revision is null && wish.Domain is { } domain && answer.Adaptation.Report.Outcome is TextAdaptationOutcome.NoNeighbours or TextAdaptationOutcome.StateUnavailable or TextAdaptationOutcome.NotRequested)
            {
                if (tent.Strategy == TentStrategy.Continual) return await ContinueAsync(model, domain.Key, text, pair, own, wish, cancellationToken);
                if (tent.Strategy == TentStrategy.PerRequest) answer = await SharpenAsync(model, own, wish, cancellationToken) with { Domain = domainNow };
            }

            Count(answer, wish);
            if (answer.Adaptation.Parameters is not { } parameters) return (own, answer);
            var adapted = await ClassifyAsync(model, text, pair, parameters, cancellationToken);
            own.Dispose();
            return (adapted, answer);
        }
        catch
        {
            own.Dispose();
            throw;
        }
    }

    /// <summary>Remembers when an answer was there, for later budgets.</summary>
    public void Answered(ServedTextModel model, TextAnswer answer, TextWish wish) => model.Adapter.Answered(answer.Adaptation.Report, Left(wish));

    /// <summary>What the domain of a request serves from until its end; null if it names none.</summary>
    private async Task<DomainSnapshot?> TakeAsync(ServedTextModel model, TextWish wish, CancellationToken cancellationToken) =>
        wish.Domain is { } domain ? await domains.Of(model).Catalogue.GetAsync(domain.Key, cancellationToken) : null;

    private async Task<TextAnswer> TrainAsync(ServedTextModel model, DomainSnapshot? domain, string text, TextWish wish, CancellationToken cancellationToken)
    {
        if (domain is null || (wish.Steps ?? options.Value.Steps) == 0) return TextAnswer.Skipped(TextAdaptationOutcome.NotRequested) with { Domain = domain };
        if (wish.Neighbours == 0) return TextAnswer.Skipped(TextAdaptationOutcome.NoNeighbours) with { Domain = domain };
        if (await search.FindAsync(model, domain, text, wish.Neighbours, cancellationToken) is not { } neighbours)
            return TextAnswer.Skipped(TextAdaptationOutcome.StateUnavailable) with { Domain = domain };
        var request = ToRequest(wish) with { Start = domain.Current?.State.Parameters };
        return new TextAnswer(await model.Adapter.TrainAsync(neighbours, request, cancellationToken), TextMethod.Neighbours) { Domain = domain };
    }

    private async Task<TextAnswer> SharpenAsync(ServedTextModel model, TextClassification own, TextWish wish, CancellationToken cancellationToken) =>
        new(await model.Adapter.SharpenAsync(own.Tokens, ToRequest(wish), cancellationToken), TextMethod.Entropy);

    private async Task<(TextClassification Classification, TextAnswer Answer)> ContinueAsync(
        ServedTextModel model, string domain, string text, string? pair, TextClassification own, TextWish wish, CancellationToken cancellationToken)
    {
        var entry = tent.Of(model, domain);
        var version = entry.Serving;
        var adapted = version.Parameters is { } parameters ? await ClassifyAsync(model, text, pair, parameters, cancellationToken) : own;
        var sign = tent.Observe(entry, version, own, adapted, wish.Teaches);
        var (served, other) = sign is null ? (adapted, own) : (own, adapted);
        if (other != served) other.Dispose();
        var outcome = sign is not null ? TextAdaptationOutcome.Collapsed : version.Parameters is null ? TextAdaptationOutcome.NotRequested : TextAdaptationOutcome.Adapted;
        var answer = new TextAnswer(TextAdaptation.Skipped(outcome), TextMethod.ContinualEntropy, sign is null ? version.Updates : 0) { Domain = DomainSnapshot.Source(domain) };
        return (served, Count(answer, wish));
    }

    private Task<TextClassification> ClassifyAsync(
        ServedTextModel model, string text, string? pair, Recognition.Acoustic.AdaptableParameters? parameters, CancellationToken cancellationToken) =>
        runner.RunAsync(() => model.Engine.Classify(text, pair, parameters), pieceDone: null, cancellationToken);

    private TextAnswer Count(TextAnswer answer, TextWish wish)
    {
        wish.Caller.Usage.Adapt(answer.Adaptation.Report.StepTime);
        metrics.TextAdapted(answer.Adaptation.Report);
        return answer;
    }

    private TextAdaptationRequest ToRequest(TextWish wish) =>
        // Whose turn it is goes by domain, as with speech.
        new(wish.Steps, Left(wish), wish.Domain?.Key) { QuotaSpent = !wish.Caller.Usage.MayAdapt };

    private TimeSpan? Left(TextWish wish) => wish.Budget - time.GetElapsedTime(wish.Arrived);
}
