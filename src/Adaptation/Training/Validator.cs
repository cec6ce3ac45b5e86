using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Evaluation;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Training;

/// <summary>Measures the error rates of parameters on utterances.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Validator(Wav2Vec2Network network, Model model)
{
    private readonly BatchRecognizer _recognizer = new(network, model);
    private readonly CtcObjective _objective = new(model.Config.BlankId);

    /// <summary>Error rates over a set.</summary>
    public ValidationResult Run(ValidationSet set, ParameterTensors parameters, CancellationToken cancellationToken)
    {
        ErrorRate words = default, characters = default;
        double loss = 0, symbols = 0;
        _recognizer.Run(set.Utterances, parameters, Add, cancellationToken);
        return new ValidationResult(set.Name, words, characters, loss / symbols);

        void Add(TrainingUtterance[] utterances, Tensor logits, int[] frameCounts, string[] texts)
        {
            foreach (var (utterance, text) in utterances.Zip(texts))
            {
                words += WordErrorRate.Compute(utterance.Text, text).ErrorRate;
                characters += CharacterErrorRate.Compute(utterance.Text, text);
            }

            var labels = utterances.Select(utterance => utterance.Labels).ToArray();
            var count = labels.Sum(row => row.Length);
            loss += _objective.Evaluate(logits, frameCounts, labels).item<float>() * count;
            symbols += count;
        }
    }
}
