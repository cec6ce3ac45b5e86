using Attune.Adaptation.Training;
using Attune.Recognition.Audio;
using Attune.Recognition.Models;

namespace Attune.Cli.Training;

/// <summary>All recordings of a training, by what they are for.</summary>
internal sealed record TrainingCorpora
{
    /// <summary>What is trained on, with the times that an epoch has each utterance.</summary>
    public required IReadOnlyList<(Corpus Corpus, double Repeats)> Training { get; init; }

    /// <summary>What is measured; the first decides.</summary>
    public required IReadOnlyList<Corpus> Validation { get; init; }

    /// <summary>What must not be forgotten.</summary>
    public Corpus? Guard { get; init; }

    /// <summary>What the Fisher information is estimated on.</summary>
    public Corpus? Fisher { get; init; }

    /// <summary>What is replayed.</summary>
    public Corpus? Replay { get; init; }

    /// <summary>The corpora that the model hears while it trains.</summary>
    public IEnumerable<Corpus> Heard
    {
        get
        {
            var corpora = Training.Select(item => item.Corpus);
            return Replay is null ? corpora : corpora.Append(Replay with { Name = $"{Replay.Name} (replay)" });
        }
    }

    /// <summary>Reads all of them.</summary>
    /// <inheritdoc cref="CorpusReader.Read"/>
    public static TrainingCorpora Read(
        TrainingSettings settings, Model model, AudioDecoder decoder, TrainingScreen screen, CancellationToken cancellationToken)
    {
        var requests = settings.Manifests.Select(manifest => new CorpusRequest(manifest.Path)).ToList();
        requests.AddRange(settings.Validation.Select(path => new CorpusRequest(path)));
        if (settings.Guard is not null) requests.Add(new(settings.Guard));
        if (settings.Fisher is not null) requests.Add(new(settings.Fisher));
        if (settings.Replay is not null) requests.Add(new(settings.Replay, settings.SourceTranscripts));
        var reader = new CorpusReader(model, decoder, settings.Longest, settings.SkipInvalid, screen);
        var corpora = new Queue<Corpus>(reader.Read(requests, cancellationToken));
        // In the order of the requests.
        return new TrainingCorpora
        {
            Training = [.. settings.Manifests.Select(manifest => (corpora.Dequeue(), manifest.Repeats))],
            Validation = [.. settings.Validation.Select(_ => corpora.Dequeue())],
            Guard = settings.Guard is null ? null : corpora.Dequeue(),
            Fisher = settings.Fisher is null ? null : corpora.Dequeue(),
            Replay = settings.Replay is null ? null : corpora.Dequeue(),
        };
    }

    /// <summary>What an epoch is drawn from.</summary>
    public IReadOnlyList<TrainingSource> CreateSources(TrainingSettings settings, Model model, CancellationToken cancellationToken)
    {
        var sources = Training.Select(item => new TrainingSource(item.Corpus.Utterances, item.Repeats)).ToList();
        if (Replay is null) return sources;

        var replayed = settings.SourceTranscripts
            ? SourceTranscripts.Transcribe(model, Replay.Utterances, cancellationToken)
            : Replay.Utterances;
        if (replayed.Count == 0) throw new TrainingException($"The source model hears nothing in {Replay.Name}: it cannot be replayed with its transcripts.");
        var fresh = sources.Sum(source => source.Repeats * source.Utterances.Count);
        sources.Add(TrainingSource.Replay(replayed, settings.ReplayRatio, Math.Max(1, (int)Math.Round(fresh))));
        return sources;
    }

    /// <summary>The sets to measure, with distinct names.</summary>
    public IReadOnlyList<ValidationSet> CreateValidation()
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { "guard" };
        var sets = Validation.Select(corpus => new ValidationSet(Distinct(corpus.Name, names), corpus.Utterances)).ToList();
        if (Guard is not null) sets.Add(new ValidationSet("guard", Guard.Utterances, IsGuard: true));
        return sets;
    }

    private static string Distinct(string name, HashSet<string> taken)
    {
        var candidate = name;
        for (var i = 2; !taken.Add(candidate); i++) candidate = $"{name} ({i})";
        return candidate;
    }
}
