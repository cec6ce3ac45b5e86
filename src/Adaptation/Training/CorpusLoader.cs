using Attune.Recognition.Audio;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Training;

/// <summary>Decodes the recordings of a manifest, once.</summary>
/// <param name="model">Gives the sampling rate, and the frames that a transcript needs.</param>
/// <param name="decoder">Decodes files of every kind that the server takes.</param>
public sealed class CorpusLoader(Model model, AudioDecoder decoder)
{
    /// <summary>Decodes all recordings, several at a time, and keeps the manifest's order.</summary>
    /// <param name="manifest">What to decode.</param>
    /// <param name="longest">Longer recordings are left out; they would make a batch of their own size.</param>
    /// <param name="skipInvalid">Whether recordings that cannot be used are left out rather than refused.</param>
    /// <param name="cancellationToken">Stops the decoding.</param>
    /// <exception cref="ManifestException">Recordings that cannot be decoded or are too short, and are not to be skipped.</exception>
    public async Task<IReadOnlyList<TrainingUtterance>> LoadAsync(
        TrainingManifest manifest, TimeSpan longest, bool skipInvalid, CancellationToken cancellationToken)
    {
        var utterances = new TrainingUtterance?[manifest.Entries.Count];
        var problems = new ManifestProblem?[manifest.Entries.Count];
        await Parallel.ForAsync(0, manifest.Entries.Count, cancellationToken, async (i, token) =>
        {
            var entry = manifest.Entries[i];
            try
            {
                var utterance = await DecodeAsync(entry, token);
                if (utterance.Samples.Length <= longest.TotalSeconds * model.Preprocessing.SampleRateHz) utterances[i] = utterance;
            }
            catch (Exception exception) when (exception is AudioException or IOException or UnauthorizedAccessException)
            {
                problems[i] = new ManifestProblem(entry.Line, ManifestRule.UnreadableAudio, $"{entry.AudioPath}: {exception.Message}");
            }
            catch (InvalidDataException exception)
            {
                problems[i] = new ManifestProblem(entry.Line, ManifestRule.TooShort, $"{entry.AudioPath}: {exception.Message}");
            }
        });

        var found = problems.OfType<ManifestProblem>().ToList();
        if (found.Count > 0 && !skipInvalid) throw new ManifestException(manifest.Path, found);
        return [.. utterances.OfType<TrainingUtterance>()];
    }

    private async Task<TrainingUtterance> DecodeAsync(ManifestEntry entry, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(entry.AudioPath, cancellationToken);
        var waveform = await decoder.DecodeAsync(bytes, null, model.Preprocessing.SampleRateHz, cancellationToken);
        var frames = model.Config.FrameCount(waveform.Samples.Length);
        var needed = TranscriptEncoder.MinimumFrames(entry.Labels);
        if (frames < needed)
            throw new InvalidDataException($"{waveform.Duration.TotalSeconds:0.###} s give {frames} frames; the transcript needs {needed}");
        return new TrainingUtterance(TrainingUtterance.Quantize(waveform.Samples), entry.Text, entry.Labels);
    }
}
