using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Training;

/// <summary>What a model is trained on, cut into batches of similar lengths.</summary>
/// <remarks>
/// An epoch's batches depend on seed and epoch, a batch's augmentation on those and its index: any position can be reached without
/// passing through what lies before it. Thread-safe.
/// </remarks>
public sealed class TrainingData
{
    private readonly IReadOnlyList<TrainingSource> _sources;
    private readonly TrainingUtterance[] _utterances;
    private readonly Model _model;
    private readonly Augmentation _augmentation;
    private readonly double _batchSamples;
    private readonly int _seed;

    /// <param name="sources">At least one utterance altogether.</param>
    /// <param name="model">Gives frames, rate and normalisation.</param>
    /// <param name="augmentation">How utterances are varied.</param>
    /// <param name="batchDuration">Most that a batch lasts, padding included; a longer utterance is a batch alone.</param>
    /// <param name="seed">Decides everything that is drawn.</param>
    public TrainingData(
        IReadOnlyList<TrainingSource> sources, Model model, Augmentation augmentation, TimeSpan batchDuration, int seed)
    {
        _sources = sources;
        _utterances = [.. sources.SelectMany(source => source.Utterances)];
        if (_utterances.Length == 0) throw new ArgumentException("There must be at least one utterance to train on.", nameof(sources));
        _model = model;
        _augmentation = augmentation;
        _batchSamples = batchDuration.TotalSeconds * model.Preprocessing.SampleRateHz;
        _seed = seed;
    }

    /// <summary>All utterances, source after source.</summary>
    public IReadOnlyList<TrainingUtterance> Utterances => _utterances;

    /// <summary>How long all recordings last, each counted once.</summary>
    public TimeSpan Duration =>
        TimeSpan.FromSeconds(_utterances.Sum(utterance => (double)utterance.Samples.Length) / _model.Preprocessing.SampleRateHz);

    /// <summary>Tells whether two trainings would hear the same: a hash of lengths, transcripts, repetitions, batches and augmentation.</summary>
    internal string Identity
    {
        get
        {
            var utterances = _utterances.Select(utterance => $"{utterance.Samples.Length} {utterance.Text}");
            var sources = _sources.Select(source => $"{source.Utterances.Count} x {source.Repeats}");
            var settings = JsonSerializer.Serialize(_augmentation.Options) + _batchSamples + _seed;
            var text = string.Join('\n', [.. utterances, .. sources, settings]);
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
        }
    }

    /// <summary>The batches of an epoch, in the order of training.</summary>
    public IReadOnlyList<PlannedBatch> Plan(int epoch)
    {
        var random = SeededRandom.For(_seed, "plan", epoch);
        // Lengths are jittered before sorting, so that neighbours differ from epoch to epoch.
        var items = Draw(random)
            .Select(item => (item.Utterance, item.Speed, Length: Augmentation.ResampledLength(Samples(item.Utterance), item.Speed)))
            .Select(item => (item.Utterance, item.Speed, item.Length, Key: item.Length * random.Between(0.97, 1.03)))
            .OrderBy(item => item.Key)
            .ThenBy(item => item.Utterance)
            .ToList();

        var batches = new List<PlannedBatch>();
        var current = new List<(int, double)>();
        var longest = 0;
        foreach (var item in items)
        {
            if (current.Count > 0 && (double)Math.Max(longest, item.Length) * (current.Count + 1) > _batchSamples)
            {
                batches.Add(new PlannedBatch([.. current]));
                current.Clear();
                longest = 0;
            }

            current.Add((item.Utterance, item.Speed));
            longest = Math.Max(longest, item.Length);
        }

        batches.Add(new PlannedBatch(current));
        var order = batches.ToArray();
        random.Shuffle(order);
        return order;
    }

    /// <summary>Plays, varies and normalises the utterances of a batch.</summary>
    public PreparedBatch Prepare(PlannedBatch batch, DataPosition position)
    {
        var random = SeededRandom.For(_seed, "augmentation", position.Epoch, position.Batch);
        var waveforms = batch.Items
            .Select(item => _model.Preprocessing.Apply(_augmentation.Apply(_utterances[item.Utterance], item.Speed, random)))
            .ToArray();
        return new PreparedBatch(waveforms, [.. batch.Items.Select(item => _utterances[item.Utterance].Labels)], position);
    }

    /// <summary>Batches from a position on, through as many epochs as are asked for.</summary>
    public IEnumerable<PreparedBatch> From(DataPosition start)
    {
        for (var (epoch, first) = (start.Epoch, start.Batch); ; epoch++, first = 0)
        {
            var plan = Plan(epoch);
            for (var i = first; i < plan.Count; i++) yield return Prepare(plan[i], new DataPosition(epoch, i));
        }
    }

    private int Samples(int utterance) => _utterances[utterance].Samples.Length;

    private IEnumerable<(int Utterance, double Speed)> Draw(Random random)
    {
        var offset = 0;
        foreach (var source in _sources)
        {
            var indices = Enumerable.Range(offset, source.Utterances.Count).ToArray();
            offset += indices.Length;
            var whole = (int)source.Repeats;
            var part = (int)Math.Round((source.Repeats - whole) * indices.Length);
            if (part > 0) random.Shuffle(indices);
            foreach (var index in Enumerable.Range(0, whole).SelectMany(_ => indices).Concat(indices.Take(part)))
                yield return (index, DrawSpeed(index, random));
        }
    }

    private double DrawSpeed(int utterance, Random random)
    {
        var frames = TranscriptEncoder.MinimumFrames(_utterances[utterance].Labels);
        // One frame more than CTC needs; the first takes MinimumSamples.
        var samples = _model.Config.MinimumSamples + (frames * _model.Config.SamplesPerFrame);
        return _augmentation.DrawSpeed(Samples(utterance), samples, random);
    }
}
