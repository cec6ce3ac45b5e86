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
