using Attune.Adaptation;
using Attune.Adaptation.Text.Examples;
using Attune.Server.State;
using Attune.Server.Text;
using Attune.Text;

namespace Attune.Server.Checkpoints;

/// <summary>Takes what domains have for a text model to the weights that are about to serve.</summary>
/// <remarks>
/// <para>For each domain: (1) its examples. A vector belongs to the weights that made it, so each text is embedded anew; id, label and end stay. An example whose label the new weights do not
/// know is left behind. Those that are there already, since the same weights have served before, are left as they are. (2) What it has learnt belongs to the weights too: it learns again
/// from its examples, or goes on where it was with these weights, but for revisions that have learnt from examples that are gone by now.</para>
/// <para>Thread-safe.</para>
/// </remarks>
internal sealed partial class TextCarrier(TextDomains domains, ExampleCatalogue catalogue, TentDomains tent, ILogger<TextCarrier> logger)
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
        await domains.Of(to).Stores.Domains.RegisterAsync(cancellationToken);
        foreach (var domain in await from.Examples.DomainsAsync(cancellationToken))
        {
            await CarryAsync(domain, from, to, thread, cancellationToken);
            await ForgetAsync(domain, from, to, cancellationToken);
        }
    }

    /// <summary>A model was freed: what domains had for it in memory goes with it.</summary>
    public void Freed(ServedTextModel model)
    {
        catalogue.Forget(model);
        tent.Forget(model);
        domains.Forget(model);
    }

    private async Task CarryAsync(string domain, ServedTextModel from, ServedTextModel to, BackgroundThread thread, CancellationToken cancellationToken)
    {
        var missing = await IdsAsync(from, domain, cancellationToken);
        if (missing.Count > 0) missing.ExceptWith(await IdsAsync(to, domain, cancellationToken));
        if (missing.Count == 0) return;
        var count = 0;
        foreach (var ids in missing.Chunk(Batch))
        {
            var examples = new List<EmbeddedExample>();
            foreach (var id in ids)
            {
                if (await ReadAsync(from, to, domain, id, cancellationToken) is { } example)
                    examples.Add(await thread.RunAsync(() => Embed(example, to, cancellationToken), cancellationToken));
            }

            if (examples.Count > 0) await to.Examples.AddAsync(domain, examples, domains.Of(to).Stores.Scope, cancellationToken);
            count += examples.Count;
        }

        // What was deleted meanwhile is not to come back.
        missing.ExceptWith(await IdsAsync(from, domain, cancellationToken));
        if (missing.Count > 0) await to.Examples.DeleteAsync(domain, [.. missing], cancellationToken);
        catalogue.Invalidate(domain);
        Log.Carried(logger, count, domain, to.Name);
    }

    private async Task ForgetAsync(string domain, ServedTextModel from, ServedTextModel to, CancellationToken cancellationToken)
    {
        var there = domains.Of(to);
        var learnt = new HashSet<string>(StringComparer.Ordinal);
        foreach (var number in await there.Stores.Revisions.ListAsync(domain, cancellationToken))
        {
            if (await there.Reader.TryReadAsync(domain, number, cancellationToken) is { } revision) learnt.UnionWith(revision.UtteranceIds);
        }

        if (learnt.Count > 0) learnt.ExceptWith(await IdsAsync(from, domain, cancellationToken));
        if (learnt.Count == 0) return;
        // Examples that came after the swap are with the next weights alone; what is deleted is deleted for both.
        var left = await IdsAsync(to, domain, cancellationToken);
        learnt.ExceptWith(left);
        if (learnt.Count > 0) await there.ForgetAsync(domain, learnt, [.. left], cancellationToken);
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
