using System.Globalization;
using Attune.Adaptation;
using Attune.Adaptation.Training;
using Attune.Evaluation;
using Attune.Recognition.Audio;
using Attune.Server.Serving;
using Microsoft.Extensions.Options;

namespace Attune.Server.Checkpoints;

/// <summary>Compares a checkpoint with the model that serves, on the guard set that lies with the configured model.</summary>
/// <remarks>
/// (1) locality: transcripts are similar enough; (2) hearing: no clip in which the serving model hears something is blank. Without a guard set both
/// are taken for granted, and the verdict says so. Drafts are compared, on the caller's thread.
/// </remarks>
internal sealed class CheckpointGate(RecognitionSettings settings, AudioDecoder decoder, IOptions<CheckpointOptions> options)
{
    /// <summary>Judges a candidate.</summary>
    public async Task<CheckpointVerdict> JudgeAsync(AdaptiveRecognizer serving, AdaptiveRecognizer candidate, CancellationToken cancellationToken)
    {
        var manifest = Path.Combine(settings.Recognition.ResolveModel(), "guard", "manifest.jsonl");
        if (!File.Exists(manifest)) return new(true, "There is no guard set: nothing was compared.");
        int distance = 0, length = 0, blank = 0, clips = 0;
        foreach (var entry in TrainingManifest.Read(manifest, serving.Model, ignoreText: true).Entries)
        {
            var bytes = await File.ReadAllBytesAsync(entry.AudioPath, cancellationToken);
            var (before, after) = (await HearAsync(serving, bytes, cancellationToken), await HearAsync(candidate, bytes, cancellationToken));
            distance += EditDistance.Compute<char>(before, after);
            length += Math.Max(before.Length, after.Length);
            if (before.Length > 0 && after.Length == 0) blank++;
            clips++;
        }

        var similarity = length == 0 ? 1 : 1 - ((double)distance / length);
        var threshold = options.Value.MinSimilarity;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"Similarity {similarity:0.0000} to the serving model over {clips} clips, at least {threshold:0.0000} wanted; {blank} clips became blank, none allowed.");
        return new(similarity >= threshold && blank == 0, text);
    }

    private async Task<string> HearAsync(AdaptiveRecognizer recognizer, byte[] bytes, CancellationToken cancellationToken)
    {
        var audio = await decoder.DecodeAsync(bytes, rawFormat: null, recognizer.Model.Preprocessing.SampleRateHz, cancellationToken);
        var utterances = await recognizer.RecognizeAsync(audio, new AdaptationRequest(Steps: 0), cancellationToken);
        return string.Join(' ', utterances.Select(utterance => utterance.Draft.Text));
    }
}
