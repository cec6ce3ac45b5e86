using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Evaluation;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Training;

/// <summary>Measures the error rates of parameters on utterances, and how far they have moved from others.</summary>
/// <remarks>Thread-safe once <see cref="Remember"/> has been called, if it is.</remarks>
internal sealed class Validator(Wav2Vec2Network network, Model model)
{
    private readonly BatchRecognizer _recognizer = new(network, model);
    private readonly CtcObjective _objective = new(model.Config.BlankId);
    private readonly Dictionary<TrainingUtterance, string> _remembered = new(ReferenceEqualityComparer.Instance);

    /// <summary>Takes the transcripts of a guard set with parameters as those that later ones are compared with.</summary>
    public void Remember(ValidationSet set, ParameterTensors parameters, CancellationToken cancellationToken) => _recognizer.Run(
        set.Utterances,
        parameters,
        (utterances, _, _, texts) =>
        {
            foreach (var (utterance, text) in utterances.Zip(texts)) _remembered[utterance] = text;
        },
        cancellationToken);

    /// <summary>Error rates over a set, and locality if its transcripts are remembered.</summary>
    public ValidationResult Run(ValidationSet set, ParameterTensors parameters, CancellationToken cancellationToken)
    {
        ErrorRate words = default, characters = default;
        TranscriptSimilarity similarity = default;
        double loss = 0, symbols = 0;
        _recognizer.Run(set.Utterances, parameters, Add, cancellationToken);
        return new ValidationResult(set.Name, words, characters, loss / symbols, set.IsGuard ? similarity.Value : null);

        void Add(TrainingUtterance[] utterances, Tensor logits, int[] frameCounts, string[] texts)
        {
            foreach (var (utterance, text) in utterances.Zip(texts))
            {
                words += WordErrorRate.Compute(utterance.Text, text).ErrorRate;
                characters += CharacterErrorRate.Compute(utterance.Text, text);
                if (set.IsGuard) similarity += TranscriptSimilarity.Compute(_remembered[utterance], text);
            }

            var labels = utterances.Select(utterance => utterance.Labels).ToArray();
            var count = labels.Sum(row => row.Length);
            loss += _objective.Evaluate(logits, frameCounts, labels).item<float>() * count;
            symbols += count;
        }
    }
}
