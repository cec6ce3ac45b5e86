using Attune.Adaptation.Network;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Training;

/// <summary>What a model itself hears in recordings, as transcripts to train on: replay of a domain that nobody transcribed.</summary>
/// <remarks>
/// Learning without forgetting (Li and Hoiem 2016, arXiv 1606.09282) with the most probable labels instead of distributions: they tie
/// the model to what it did before, its errors included.
/// </remarks>
public static class SourceTranscripts
{
    /// <summary>The recordings with the model's transcripts; those in which it hears nothing are left out.</summary>
    public static IReadOnlyList<TrainingUtterance> Transcribe(
        Model model, IReadOnlyList<TrainingUtterance> recordings, CancellationToken cancellationToken)
    {
        using var network = new Wav2Vec2Network(model);
        var encoder = new TranscriptEncoder(model.Vocabulary);
        var texts = new Dictionary<TrainingUtterance, string>(ReferenceEqualityComparer.Instance);
        new BatchRecognizer(network, model).Run(
            recordings,
            null,
            (batch, _, _, heard) =>
            {
                for (var i = 0; i < batch.Length; i++) texts[batch[i]] = encoder.Normalize(heard[i]);
            },
            cancellationToken);

        return [.. recordings
            .Select(recording => recording with { Text = texts[recording], Labels = encoder.Encode(texts[recording], out _) })
            .Where(recording => recording.Labels.Length > 0)];
    }
}
