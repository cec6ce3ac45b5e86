using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Evaluation;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Training;

/// <summary>Measures parameters on utterances, in evaluation mode and float32: what a server with these weights would give.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Validator(Wav2Vec2Network network, Model model)
{
    /// <summary>Seconds of one batch, padding included.</summary>
    private const int BatchSeconds = 100;

    private readonly GreedyDecoder _decoder = new(model.Vocabulary, TimeSpan.Zero);
    private readonly CtcObjective _objective = new(model.Config.BlankId);

    /// <summary>Error rates over a set.</summary>
    public ValidationResult Run(ValidationSet set, ParameterTensors parameters, CancellationToken cancellationToken)
    {
        ErrorRate words = default, characters = default;
        var loss = 0.0;
        foreach (var batch in Batches(set.Utterances))
        {
            cancellationToken.ThrowIfCancellationRequested();
            loss += Recognize(batch, parameters, (utterance, text) =>
            {
                words += WordErrorRate.Compute(utterance.Text, text).ErrorRate;
                characters += CharacterErrorRate.Compute(utterance.Text, text);
            });
        }

        return new ValidationResult(set.Name, words, characters, loss / set.Utterances.Sum(utterance => utterance.Labels.Length));
    }

    /// <summary>Decodes a batch and returns its loss, summed over all symbols.</summary>
    private double Recognize(TrainingUtterance[] utterances, ParameterTensors parameters, Action<TrainingUtterance, string> take)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        using var batch = new WaveformBatch([.. utterances.Select(utterance => model.Preprocessing.Apply(utterance.ToFloats()))]);
        var logits = network.Forward(parameters, batch);
        var counts = network.FrameCounts(batch);
        var size = model.Config.VocabularySize;
        for (var row = 0; row < utterances.Length; row++)
        {
            var values = logits[row].narrow(0, 0, counts[row]).contiguous().data<float>().ToArray();
            take(utterances[row], _decoder.Decode(new Logits(values, size)).Text);
        }

        var labels = utterances.Select(utterance => utterance.Labels).ToArray();
        return _objective.Evaluate(logits, counts, labels).item<float>() * labels.Sum(row => row.Length);
    }

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
