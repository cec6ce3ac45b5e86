using Attune.Adaptation;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Neighbours;
using Attune.Adaptation.Revisions;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using Attune.Server.Domains;
using Attune.Server.State;

namespace Attune.Server.Replay;

/// <summary>Recognises a stored utterance again, with everything as its record says: model, revisions, steps, rate, precision, thread counts, bounds.</summary>
/// <remarks>(1) find the utterance; (2) check the model's hash; (3) read its revisions and check theirs; (4) read its neighbours; (5) recognise. Not thread-safe.</remarks>
internal sealed class FinalReplay(StateConnection connection, StateOptions options, Model model, TimeProvider time)
{
    /// <summary>Recomputes a final.</summary>
    /// <exception cref="ReplayException">It cannot be recomputed.</exception>
    /// <exception cref="StateUnavailableException">The store cannot be reached.</exception>
    public async Task<ReplayedFinal> RunAsync(FinalId id, CancellationToken cancellationToken)
    {
        var (utterance, record) = await ReadAsync(id, cancellationToken);
        if (record.ModelSha256 != model.Sha256)
        {
            throw new ReplayException(
                ReplayError.OtherModel,
                $"{id} was recognised by the model {record.ModelName} {record.ModelSha256}. Given: {model.Name} {model.Sha256}. Give the folder of the former.");
        }

        if (record.ObjectiveKnowsLanguage && record.StepsRun > 0)
        {
            throw new ReplayException(
                ReplayError.NotStored, $"{id} was adapted to by {record.Objective} with the language model of its server, of which nothing is stored: it cannot be recomputed.");
        }

        using var recognizer = CreateRecognizer(record);
        var scope = new StateScope(
            RedisKeys.For(model, recognizer.ParameterSet), model.Sha256, recognizer.ParameterSet, recognizer.Source.Layout, RoundSize: 0);
        var revisions = new RevisionStore(connection, scope, options);
        var current = await ReadAsync(revisions, id, record.Revision, record.RevisionSha256, cancellationToken);
        // Only a revision that collapsed is answered for by the one before.
        var hasFallback = utterance.Revision != record.Revision;
        var fallback = hasFallback ? await ReadAsync(revisions, id, record.Fallback, record.FallbackSha256, cancellationToken) : null;
        var snapshot = new DomainSnapshot(id.Domain, current, fallback);
        var neighbours = await ReadNeighboursAsync(new UtteranceStore(connection, scope, options), id, record.Neighbours ?? [], cancellationToken);
        var request = new AdaptationRequest(record.StepsRun)
        {
            Neighbours = neighbours.Count == 0 ? null : new NeighbourSearch(neighbours.Count, _ => neighbours),
        };
        var recognized = await recognizer.RecognizeUtteranceAsync(
            utterance.Samples, offset: default, snapshot.Weights, request, draftReady: null, cancellationToken);

        var report = recognized.Adaptation;
        return new ReplayedFinal(
            id.ToString(),
            utterance.Time,
            TimeSpan.FromSeconds((double)utterance.Samples.Length / record.SampleRateHz),
            record.ModelName,
            record.ModelSha256,
            record.ParameterSet,
            record.StepsRun,
            record.LearningRate,
            new ReplayedOutput(utterance.Final, utterance.Draft, utterance.Revision, record.Confidence, record.LossBefore, record.LossAfter),
            new ReplayedOutput(
                recognized.Final.Text, recognized.Draft.Text, snapshot.Served(recognized)?.Number ?? Revision.Source, recognized.Final.Confidence,
                report.LossBefore, report.LossAfter),
            record.Processor,
            Processor.Name);
    }

    private async Task<StoredUtterance> ReadAsync(FinalId id, CancellationToken cancellationToken)
    {
        var search = new FinalSearch(connection);
        try
        {
            return await search.FindAsync(id, cancellationToken)
                ?? throw new ReplayException(ReplayError.NotStored, await search.ExplainAsync(id, cancellationToken));
        }
        catch (InvalidDataException exception)
        {
            throw new ReplayException(ReplayError.NotStored, $"The utterance of {id} cannot be read. {exception.Message}", exception);
        }
    }

    private AdaptiveRecognizer CreateRecognizer(RecognitionRecord record) => new(
        model,
        new RecognitionOptions(),
        new OnnxOptions { Threads = record.ForwardThreads, PackWeights = record.PackWeights },
        new FastUpdateOptions
        {
            LearningRate = record.LearningRate,
            Parameters = record.ParameterSet,
            Objective = record.Objective,
            Precision = record.Precision,
            RepeatUpdatesPerEnclosingModule = record.RepeatUpdatesPerEnclosingModule,
        },
        new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = record.ThreadsPerWorker },
        time,
        record.Collapse.ToOptions());

    private static async Task<IReadOnlyList<Neighbour>> ReadNeighboursAsync(UtteranceStore utterances, FinalId id, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var found = new List<Neighbour>();
        foreach (var neighbour in ids)
        {
            try
            {
                var stored = await utterances.ReadAsync(id.Domain, neighbour, cancellationToken) ?? throw new ReplayException(
                    ReplayError.NotStored, $"{id} was recognised with the help of {neighbour} of its domain, which is gone: it expired, or newer ones took its place.");
                found.Add(new Neighbour(neighbour, stored.Utterance.Samples));
            }
            catch (InvalidDataException exception)
            {
                throw new ReplayException(ReplayError.NotStored, $"{id} was recognised with the help of {neighbour} of its domain, which cannot be read. {exception.Message}", exception);
            }
        }

        return found;
    }

    /// <summary>The revision with a number and a hash; null for the model itself.</summary>
    private static async Task<Revision?> ReadAsync(
        RevisionStore revisions, FinalId id, long number, string? sha256, CancellationToken cancellationToken)
    {
        if (number == Revision.Source) return null;
        try
        {
            var revision = (await revisions.ReadAsync(id.Domain, number, cancellationToken))?.Revision ?? throw new ReplayException(
                ReplayError.NotStored,
                $"{id} was recognised with revision {number} of its domain, which is gone: {StateOptions.Section}:{nameof(StateOptions.RevisionsPerDomain)} are kept.");
            if (revision.Sha256 == sha256) return revision;
            throw new ReplayException(
                ReplayError.NotStored,
                $"{id} was recognised with revision {number} of hash {sha256}. The store has another by that number, {revision.Sha256}: the domain began anew.");
        }
        catch (RevisionException exception)
        {
            throw new ReplayException(ReplayError.NotStored, $"Revision {number}, which {id} was recognised with, cannot be read. {exception.Message}", exception);
        }
    }
}
