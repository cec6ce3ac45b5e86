using Attune.Adaptation.Network;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Training;

/// <summary>Recognises many utterances, in evaluation mode and float32: what a server with these weights would give.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class BatchRecognizer(Wav2Vec2Network network, Model model)
{
    /// <summary>Seconds of one batch, padding included.</summary>
    private const int BatchSeconds = 100;

    private readonly GreedyDecoder _decoder = new(model.Vocabulary, TimeSpan.Zero);

    /// <summary>Recognises utterances in batches of similar length.</summary>
    /// <param name="utterances">In any order.</param>
    /// <param name="parameters">Adapted values; null for the model's own.</param>
    /// <param name="take">
    /// Given a batch, its logits of shape (N, T', V), the real frames of each utterance and the recognised texts; within a dispose scope.
    /// </param>
    /// <param name="cancellationToken">Honoured between batches.</param>
    public void Run(
        IReadOnlyList<TrainingUtterance> utterances,
        ParameterTensors? parameters,
        Action<TrainingUtterance[], Tensor, int[], string[]> take,
        CancellationToken cancellationToken)
    {
        using var noGradients = no_grad();
        foreach (var batch in Batches(utterances))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var waveforms = new WaveformBatch([.. batch.Select(utterance => model.Preprocessing.Apply(utterance.ToFloats()))]);
            var logits = network.Forward(parameters, waveforms);
            var counts = network.FrameCounts(waveforms);
            take(batch, logits, counts, [.. counts.Select((count, row) => Decode(logits[row].narrow(0, 0, count)))]);
        }
    }

    private string Decode(Tensor logits) =>
        _decoder.Decode(new Logits(logits.contiguous().data<float>().ToArray(), model.Config.VocabularySize)).Text;

    private IEnumerable<TrainingUtterance[]> Batches(IReadOnlyList<TrainingUtterance> utterances)
    {
        var batch = new List<TrainingUtterance>();
        foreach (var utterance in utterances.OrderBy(utterance => utterance.Samples.Length))
        {
            if (batch.Count > 0 && (long)utterance.Samples.Length * (batch.Count + 1) > (long)BatchSeconds * model.Preprocessing.SampleRateHz)
            {
                yield return [.. batch];
                batch.Clear();
            }

            batch.Add(utterance);
        }

        if (batch.Count > 0) yield return [.. batch];
    }
}
