using Attune.Adaptation.Text.Examples;
using Attune.Server.Serving;
using Attune.Server.State;

namespace Attune.Server.Text;

/// <summary>Gives domains examples, counts and deletes them.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class DomainExamples(TextRunner runner, ExampleCatalogue catalogue, TextDomains domains, ServingModel serving, ExampleOptions options, TimeProvider time)
{
    /// <summary>Adds examples.</summary>
    /// <param name="domain">Whose; begins if it is new.</param>
    /// <param name="model">For which they are.</param>
    /// <param name="examples">Texts with the numbers of their labels.</param>
    /// <param name="ttl">Time after which they are gone.</param>
    /// <param name="cancellationToken">Honoured between operators; what is stored by then stays.</param>
    /// <returns>Their ids, and how many the domain has now.</returns>
    /// <exception cref="Attune.Text.TextException">InvalidUnicode. Nothing is stored then.</exception>
    public async Task<(IReadOnlyList<string> Ids, V1.DomainExamples Examples)> AddAsync(
        DomainId domain, ServedTextModel model, IReadOnlyList<(string Text, int? Label)> examples, TimeSpan ttl, CancellationToken cancellationToken)
    {
        var embedded = new List<EmbeddedExample>();
        var now = time.GetUtcNow();
        foreach (var (text, label) in examples)
        {
            using var embedding = await runner.RunAsync(() => model.Engine.EmbedWhole(text), pieceDone: null, cancellationToken);
            embedded.Add(new EmbeddedExample(new TextExample(Guid.CreateVersion7(now).ToString("N"), text, label), embedding.Result.ToArray(), now + ttl));
        }

        await serving.Domains.Stores.Domains.TryFoundAsync(domain.Key, now, cancellationToken);
        var learning = domains.Of(model).Stores;
        await learning.Domains.RegisterAsync(cancellationToken);
        await model.Examples.AddAsync(domain.Key, embedded, learning.Scope, cancellationToken);
        catalogue.Invalidate(domain.Key);
        return ([.. embedded.Select(example => example.Example.Id)], await CountAsync(domain, model, cancellationToken));
    }

    /// <summary>Counts examples.</summary>
    public async Task<V1.DomainExamples> CountAsync(DomainId domain, ServedTextModel model, CancellationToken cancellationToken)
    {
        var listed = await model.Examples.ListAsync(domain.Key, cancellationToken);
        return TextResponses.ToExamples(domain, model, listed.Count, options.PerDomain, listed.Count > 0 ? listed[0].Expires : null);
    }

    /// <summary>Reads examples, the one first that expires first. One that is damaged is left out.</summary>
    /// <param name="domain">Whose.</param>
    /// <param name="model">For which they are.</param>
    /// <param name="after">Place after which to begin; null for the first ones.</param>
    /// <param name="count">Most of them.</param>
    /// <param name="cancellationToken">Honoured between examples.</param>
    /// <returns>They, and the place of the last one; null if there are no more.</returns>
    public static async Task<(IReadOnlyList<EmbeddedExample> Examples, ExamplePlace? Next)> ListAsync(
        DomainId domain, ServedTextModel model, ExamplePlace? after, int count, CancellationToken cancellationToken)
    {
        var listed = await model.Examples.ListAsync(domain.Key, cancellationToken);
        var places = listed.Select(item => new ExamplePlace(item.Expires, item.Id)).Where(place => after is null || place.CompareTo(after) > 0).Take(count + 1).ToArray();
        var examples = new List<EmbeddedExample>();
        foreach (var place in places.Take(count))
        {
            try
            {
                if (await model.Examples.ReadAsync(domain.Key, place.Id, cancellationToken) is { } example) examples.Add(example);
            }
            catch (InvalidDataException)
            {
                // Whoever adapts to it logs that.
            }
        }

        return (examples, places.Length > count ? places[count - 1] : null);
    }

    /// <summary>Deletes examples, and what was learnt from them.</summary>
    /// <param name="domain">Whose.</param>
    /// <param name="model">For which they are.</param>
    /// <param name="ids">Which; none for all.</param>
    /// <param name="cancellationToken">What is deleted by then stays deleted.</param>
    /// <returns>How many there were of them.</returns>
    public async Task<long> DeleteAsync(DomainId domain, ServedTextModel model, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        try
        {
            var count = ids.Count == 0 ? await model.Examples.DeleteAsync(domain.Key, cancellationToken) : await model.Examples.DeleteAsync(domain.Key, ids, cancellationToken);
            string[] left = [.. (await model.Examples.ListAsync(domain.Key, cancellationToken)).Select(example => example.Id)];
            await domains.Of(model).ForgetAsync(domain.Key, ids.Count == 0 ? null : ids.ToHashSet(StringComparer.Ordinal), left, cancellationToken);
            return count;
        }
        finally
        {
            catalogue.Invalidate(domain.Key);
        }
    }
}
