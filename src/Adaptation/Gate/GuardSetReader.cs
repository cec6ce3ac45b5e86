using Attune.Adaptation.Training;
using Attune.Recognition;
using Attune.Recognition.Audio;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Gate;

/// <summary>Reads the guard set that lies with a model, and lets the model itself say what it hears in it.</summary>
internal static class GuardSetReader
{
    /// <summary>Folder beside the weights that has the set.</summary>
    private const string Folder = "guard";

    /// <summary>Reads <c>guard/manifest.jsonl</c> of a model's folder.</summary>
    /// <returns>The clips in the manifest's order; <see cref="GuardSet.Empty"/> if there is no manifest.</returns>
    /// <exception cref="ManifestException">A line of the manifest is wrong.</exception>
    /// <exception cref="AudioException">A clip cannot be decoded.</exception>
    public static async Task<GuardSet> ReadAsync(
        string modelFolder, Model model, Recognizer recognizer, AudioDecoder decoder, CancellationToken cancellationToken, BackgroundThread? thread = null)
    {
        var path = Path.Combine(modelFolder, Folder, "manifest.jsonl");
        if (!File.Exists(path)) return GuardSet.Empty;

        var recordings = new List<(string Name, Waveform Audio)>();
        foreach (var entry in TrainingManifest.Read(path, model, ignoreText: true).Entries)
        {
            var bytes = await File.ReadAllBytesAsync(entry.AudioPath, cancellationToken);
            var audio = await decoder.DecodeAsync(bytes, rawFormat: null, model.Preprocessing.SampleRateHz, cancellationToken);
            recordings.Add((Path.GetFileName(entry.AudioPath), audio));
        }

        return thread is null ? Hear() : await thread.RunAsync(Hear, cancellationToken);

        GuardSet Hear() => new([.. recordings.Select(recording => ToClip(recognizer, recording.Name, recording.Audio, cancellationToken))]);
    }

    private static GuardClip ToClip(Recognizer recognizer, string name, Waveform audio, CancellationToken cancellationToken)
    {
        var draft = recognizer.Recognize(audio.Samples, default, parameters: null, cancellationToken);
        return new GuardClip(name, draft.Waveform, draft.Transcript);
    }
}
