using Attune.Adaptation;
using Attune.Adaptation.Text.Examples;
using Attune.Server.State;
using Attune.Server.Text;
using Attune.Text;

namespace Attune.Server.Checkpoints;

/// <summary>Takes the examples of domains to the weights of a text model that are about to serve.</summary>
/// <remarks>
/// A vector belongs to the weights that made it, so each text is embedded anew; id, label and end stay. An example whose label the new weights do not know is left behind. Those that are
/// there already, since the same weights have served before, are left as they are. Thread-safe.
/// </remarks>
internal sealed partial class ExampleCarrier(ExampleCatalogue catalogue, ILogger<ExampleCarrier> logger)
{
    /// <summary>Examples that are stored together.</summary>
    private const int Batch = 64;

    /// <summary>Takes along what is missing.</summary>
    /// <param name="from">Weights that served; only what is in the store is asked for.</param>
    /// <param name="to">The next ones, leased or owned by the caller.</param>
    /// <param name="thread">Where texts are embedded.</param>
    /// <param name="cancellationToken">Honoured between texts; what is stored by then stays.</param>
    /// <exception cref="StateUnavailableException">The store cannot be reached.</exception>
    public async Task CarryAsync(ServedTextModel from, ServedTextModel to, BackgroundThread thread, CancellationToken cancellationToken)
    {
        if (from.Model.Sha256 == to.Model.Sha256) return; // the same examples
        foreach (var domain in await from.Examples.DomainsAsync(cancellationToken))
        {
            var missing = await IdsAsync(from, domain, cancellationToken);
            if (missing.Count > 0) missing.ExceptWith(await IdsAsync(to, domain, cancellationToken));
            if (missing.Count == 0) continue;
            var count = 0;
            foreach (var ids in missing.Chunk(Batch))
            {
                var examples = new List<EmbeddedExample>();
                foreach (var id in ids)
                {
                    if (await ReadAsync(from, to, domain, id, cancellationToken) is { } example)
                        examples.Add(await thread.RunAsync(() => Embed(example, to, cancellationToken), cancellationToken));
                }

                if (examples.Count > 0) await to.Examples.AddAsync(domain, examples, cancellationToken);
                count += examples.Count;
            }

            // What was deleted meanwhile is not to come back.
            missing.ExceptWith(await IdsAsync(from, domain, cancellationToken));
            if (missing.Count > 0) await to.Examples.DeleteAsync(domain, [.. missing], cancellationToken);
            catalogue.Invalidate(domain);
            Log.Carried(logger, count, domain, to.Name);
        }
    }

    private static async Task<HashSet<string>> IdsAsync(ServedTextModel model, string domain, CancellationToken cancellationToken) =>
        [.. (await model.Examples.ListAsync(domain, cancellationToken)).Select(listed => listed.Id)];

    /// <summary>The example with the number that the new weights have for its label; null if there is none, or it is damaged.</summary>
    private async Task<EmbeddedExample?> ReadAsync(ServedTextModel from, ServedTextModel to, string domain, string id, CancellationToken cancellationToken)
    {
        try
        {
            if (await from.Examples.ReadAsync(domain, id, cancellationToken) is not { } example) return null;
            if (example.Example.Label is not { } label) return example;
            var number = to.Model.Config.Labels.ToList().IndexOf(from.Model.Config.Labels.ElementAtOrDefault(label) ?? "");
            return number < 0 ? null : example with { Example = example.Example with { Label = number } };
        }
        catch (InvalidDataException exception)
        {
            Log.Damaged(logger, domain, id, exception);
            return null;
        }
    }

    private static EmbeddedExample Embed(EmbeddedExample example, ServedTextModel model, CancellationToken cancellationToken)
    {
        using var embedding = model.Engine.EmbedWhole(example.Example.Text).RunToEnd(cancellationToken);
        return example with { Embedding = embedding.Result.ToArray() };
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Count} examples of domain {Domain} go with the text model {Model} to its next weights")]
        public static partial void Carried(ILogger logger, int count, string domain, string model);

        [LoggerMessage(2, LogLevel.Warning, "Example {Id} of domain {Domain} is damaged, and left behind")]
        public static partial void Damaged(ILogger logger, string domain, string id, Exception exception);
    }
}
