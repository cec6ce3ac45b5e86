using Attune.Adaptation.Slow;
using Attune.Adaptation.Text.Examples;
using Attune.Adaptation.Text.Slow;
using Attune.Server.Domains;

namespace Attune.Server.Text;

/// <summary>Rounds from all examples that a domain has for a text model, when enough of them are new.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="model">The model.</param>
/// <param name="domains">Its domains.</param>
/// <param name="learner">What learns; asked on the thread of the round.</param>
/// <param name="options">How many examples.</param>
internal sealed class TextRounds(ServedTextModel model, TextModelDomains domains, Func<CancellationToken, TextLearner> learner, TextSlowOptions options) : IDomainRounds
{
    public async Task<DomainRound?> BeginAsync(StoredDomain stored, CancellationToken cancellationToken)
    {
        var (domain, utterances) = (stored.Head.Domain, domains.Stores.Utterances);
        var listed = await model.Examples.ListAsync(domain, cancellationToken);
        var known = listed.Select(example => example.Id).ToHashSet(StringComparer.Ordinal);
        var waiting = await utterances.WaitingIdsAsync(domain, cancellationToken);
        if (waiting.Count(known.Contains) < options.ExamplesPerUpdate)
        {
            await utterances.DropAsync(domain, options.ExamplesPerUpdate, [.. waiting.Where(id => !known.Contains(id))], cancellationToken);
            return null;
        }

        var examples = new List<TextExample>();
        foreach (var (id, _) in listed.TakeLast(options.MaxExamples))
        {
            if (await TryReadAsync(domain, id, cancellationToken) is { } example) examples.Add(example);
        }

        var round = new TextRound(domain, stored.Head.State, stored.Snapshot.Current?.State.Parameters, examples);
        return new DomainRound(waiting, ending => Learn(round, ending));
    }

    private LearningOutcome Learn(TextRound round, CancellationToken cancellationToken)
    {
        LearningOutcome? outcome = null;
        if (!model.Adapter.TryUse(() => outcome = learner(cancellationToken).Learn(round, cancellationToken)))
            throw new OperationCanceledException($"The model {model.Name} no longer serves.");
        return outcome!;
    }

    private async Task<TextExample?> TryReadAsync(string domain, string id, CancellationToken cancellationToken)
    {
        try
        {
            // Without a label, where the model has them, it can teach nothing.
            return await model.Examples.ReadAsync(domain, id, cancellationToken) is { Example: var example } && (model.Engine.IsCausal || example.Label is not null) ? example : null;
        }
        catch (InvalidDataException)
        {
            return null; // told by whoever serves
        }
    }
}
