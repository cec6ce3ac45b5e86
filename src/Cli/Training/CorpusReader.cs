using System.Globalization;
using Attune.Adaptation.Training;
using Attune.Recognition.Audio;
using Attune.Recognition.Models;

namespace Attune.Cli.Training;

/// <summary>Utterances of a manifest, in memory.</summary>
/// <param name="Name">The manifest's folder and name.</param>
/// <param name="Utterances">At least one.</param>
/// <param name="Duration">Of all of them.</param>
internal sealed record Corpus(string Name, IReadOnlyList<TrainingUtterance> Utterances, TimeSpan Duration);

/// <summary>A manifest to read.</summary>
/// <param name="Path">As given.</param>
/// <param name="IgnoreText">Whether transcripts are not needed.</param>
internal sealed record CorpusRequest(string Path, bool IgnoreText = false);

/// <summary>Reads manifests and decodes what they name.</summary>
/// <remarks>All manifests are checked before the first recording is decoded, and the bad lines of all of them are reported together.</remarks>
internal sealed class CorpusReader(Model model, AudioDecoder decoder, TimeSpan longest, bool skipInvalid, TrainingScreen screen)
{
    /// <summary>The corpora, in the order of the requests.</summary>
    /// <exception cref="TrainingException">Lines that cannot be trained on, or nothing left of a manifest.</exception>
    /// <exception cref="IOException">A manifest cannot be read.</exception>
    public IReadOnlyList<Corpus> Read(IReadOnlyList<CorpusRequest> requests, CancellationToken cancellationToken)
    {
        var manifests = Collect(requests, request => TrainingManifest.Read(request.Path, model, skipInvalid, request.IgnoreText));
        return Collect(manifests, manifest => Decode(manifest, cancellationToken));
    }

    private static List<TResult> Collect<T, TResult>(IReadOnlyList<T> items, Func<T, TResult> read)
    {
        var results = new List<TResult>();
        var problems = new List<string>();
        foreach (var item in items)
        {
            try
            {
                results.Add(read(item));
            }
            catch (ManifestException exception)
            {
                problems.Add(exception.Message);
            }
        }

        if (problems.Count > 0) throw new TrainingException(string.Join(Environment.NewLine, problems) + " Option: --skip-invalid.");
        return results;
    }

    private Corpus Decode(TrainingManifest manifest, CancellationToken cancellationToken)
    {
        var name = Path.Combine(Path.GetFileName(Path.GetDirectoryName(manifest.Path)) ?? "", Path.GetFileName(manifest.Path));
        var utterances = new CorpusLoader(model, decoder).LoadAsync(manifest, longest, skipInvalid, cancellationToken).GetAwaiter().GetResult();
        if (utterances.Count == 0)
            throw new TrainingException($"{manifest.Path} has no recording that can be used and lasts at most {longest.TotalSeconds} s (--max-seconds).");

        var samples = utterances.Sum(utterance => (double)utterance.Samples.Length);
        var corpus = new Corpus(name, utterances, TimeSpan.FromSeconds(samples / model.Preprocessing.SampleRateHz));
        var missing = manifest.Problems.Count + manifest.Entries.Count - utterances.Count;
        var left = missing > 0 ? $", {missing} left out" : "";
        screen.WriteNote(string.Create(
            CultureInfo.InvariantCulture, $"{name}: {utterances.Count} utterances, {corpus.Duration.TotalHours:0.00} h{left}"));
        return corpus;
    }
}
