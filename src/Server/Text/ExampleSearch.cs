using Attune.Adaptation.Text.Examples;
using Attune.Adaptation.Text.Updates;
using Microsoft.Extensions.Options;

namespace Attune.Server.Text;

/// <summary>Finds the examples of a domain that are most like a text.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ExampleSearch(TextRunner runner, ExampleCatalogue catalogue, IOptions<TextAdaptationOptions> options, TimeProvider time)
{
    /// <summary>The most similar ones, by the vectors of the model itself.</summary>
    /// <param name="model">The request's.</param>
    /// <param name="domain">Key of the domain.</param>
    /// <param name="text">The request's; an empty one is like nothing.</param>
    /// <param name="count">Most of them.</param>
    /// <param name="cancellationToken">Honoured between operators.</param>
    /// <returns>Null if the examples could not be read.</returns>
    /// <exception cref="Attune.Text.TextException">InvalidUnicode.</exception>
    public async Task<IReadOnlyList<TextExample>?> FindAsync(ServedTextModel model, string domain, string text, int count, CancellationToken cancellationToken)
    {
        if (await catalogue.GetAsync(model, domain, cancellationToken) is not { } examples) return null;
        if (count == 0 || text.Length == 0 || examples.Members.Count == 0) return [];
        using var embedding = await runner.RunAsync(() => model.Engine.EmbedWhole(text), pieceDone: null, cancellationToken);
        return examples.Nearest(embedding.Result.ToArray(), count, options.Value.NeighbourFloor, labelled: !model.Engine.IsCausal, time.GetUtcNow());
    }
}
