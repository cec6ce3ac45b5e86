using Attune.Adaptation.Text.Examples;
using Attune.Adaptation.Text.Slow;
using Attune.Adaptation.Text.Updates;
using Attune.Server.Domains;
using Microsoft.Extensions.Options;

namespace Attune.Server.Text;

/// <summary>Finds the examples of a domain that are most like a text.</summary>
/// <remarks>Those that its revision was made with are left out: it knows them, and steps on them again gain nothing (docs/text.md). Thread-safe.</remarks>
internal sealed class ExampleSearch(
    TextRunner runner, ExampleCatalogue catalogue, IOptions<TextAdaptationOptions> options, IOptions<TextSlowOptions> slow, TimeProvider time)
{
    /// <summary>The most similar ones, by the vectors of the model itself.</summary>
    /// <param name="model">The request's.</param>
    /// <param name="domain">What the domain serves from.</param>
    /// <param name="text">The request's; an empty one is like nothing.</param>
    /// <param name="count">Most of them.</param>
    /// <param name="cancellationToken">Honoured between operators.</param>
    /// <returns>Null if the examples could not be read.</returns>
    /// <exception cref="Attune.Text.TextException">InvalidUnicode.</exception>
    public async Task<IReadOnlyList<TextExample>?> FindAsync(ServedTextModel model, DomainSnapshot domain, string text, int count, CancellationToken cancellationToken)
    {
        if (await catalogue.GetAsync(model, domain.Domain, cancellationToken) is not { } examples) return null;
        var learnt = domain.Current?.UtteranceIds.ToHashSet(StringComparer.Ordinal);
        if (count == 0 || text.Length == 0 || examples.Members.All(member => IsRead(member.Example.Id))) return [];
        using var embedding = await runner.RunAsync(() => model.Engine.EmbedWhole(text), pieceDone: null, cancellationToken);
        return examples.Nearest(embedding.Result.ToArray(), count, options.Value.NeighbourFloor, labelled: !model.Engine.IsCausal, time.GetUtcNow(), IsRead);

        bool IsRead(string id) => learnt is not null && (learnt.Contains(id) || TextRound.IsHeldBack(id, slow.Value.HeldBackShare));
    }
}
