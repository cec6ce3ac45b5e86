using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Attune.Evaluation.Scenarios;
using Attune.Recognition.Audio;
using Attune.Recognition.Models;

namespace Attune.Cli.Evaluation;

/// <summary>The streams of an evaluation.</summary>
/// <param name="Streams">In the order of the command line; no name twice.</param>
/// <param name="Recordings">Number of recordings that they are made of.</param>
/// <param name="RecordingsHash">SHA-256 over transcripts and samples.</param>
internal sealed record EvalPlan(IReadOnlyList<PlannedStream> Streams, int Recordings, string RecordingsHash)
{
    /// <summary>With a scorecard, one recording in so many is held out.</summary>
    public const int HeldOutPeriod = 5;

    /// <summary>Reads scenarios, recordings and noises.</summary>
    /// <exception cref="EvaluationException">A recording or noise cannot be used.</exception>
    /// <exception cref="ScenarioException">A scenario cannot be used.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static async Task<EvalPlan> ReadAsync(
        EvalSettings settings, Model model, AudioDecoder decoder, Action<string> note, CancellationToken cancellationToken)
    {
        var scenarios = settings.Scenarios.Count > 0 ? settings.Scenarios.Select(ScenarioFolder.Read).ToList() : [Scenario.Separate];
        var conditions = new NoiseConditions(decoder, model.Preprocessing.SampleRateHz);
        var heard = scenarios.Select(scenario => conditions.For(scenario, settings.Noises, cancellationToken)).ToList();
        var recordings = await new RecordingReader(model, decoder, settings.Longest, settings.SkipInvalid)
            .ReadAsync(settings.Manifest, note, cancellationToken);
        note(string.Create(
            CultureInfo.InvariantCulture,
            $"{settings.Manifest}: {recordings.Count} recordings, {recordings.Sum(r => r.Samples.Length) / 60.0 / model.Preprocessing.SampleRateHz:0.0} min"));

        var heldOut = settings.Scorecard ? recordings.Where((_, i) => i % HeldOutPeriod == HeldOutPeriod - 1).ToList() : [];
        if (settings.Scorecard && heldOut.Count == 0)
            throw new EvaluationException($"--scorecard needs at least {HeldOutPeriod} recordings. Given: {recordings.Count}.");
        Recording[] ordered = [.. recordings.Except(heldOut), .. heldOut];
        var streams = scenarios.Zip(heard).SelectMany(pair => StreamPlanner
            .Plan(pair.First, [.. pair.Second.Select(condition => condition.Name)], recordings.Count - heldOut.Count, settings.Limit, settings.Seed)
            .Select(plan => new PlannedStream(plan, pair.First, pair.Second, ordered, heldOut.Count)));
        return new EvalPlan([.. streams.DistinctBy(stream => stream.Name)], recordings.Count, Hash(recordings));
    }

    private static string Hash(IReadOnlyList<Recording> recordings)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var recording in recordings)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{recording.Source.Name}\n{recording.Source.Text}\n"));
            hash.AppendData(MemoryMarshal.AsBytes(recording.Samples.AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
