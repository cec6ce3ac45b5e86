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
    public static async Task<GuardSet> ReadAsync(string modelFolder, Model model, Recognizer recognizer, AudioDecoder decoder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(modelFolder, Folder, "manifest.jsonl");
        if (!File.Exists(path)) return GuardSet.Empty;

        var clips = new List<GuardClip>();
        foreach (var entry in TrainingManifest.Read(path, model, ignoreText: true).Entries)
        {
            var bytes = await File.ReadAllBytesAsync(entry.AudioPath, cancellationToken);
            var audio = await decoder.DecodeAsync(bytes, rawFormat: null, model.Preprocessing.SampleRateHz, cancellationToken);
            var draft = recognizer.Recognize(audio.Samples, default, parameters: null, cancellationToken);
            clips.Add(new GuardClip(Path.GetFileName(entry.AudioPath), draft.Waveform, draft.Transcript));
        }

        return new GuardSet(clips);
    }
}
