using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Recognition.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attune.Adaptation.Training;

/// <summary>How much each parameter matters to what a model knows: the diagonal of the empirical Fisher information.</summary>
/// <remarks>
/// The mean over utterances of the squared gradient of the transcript's log-probability (Kirkpatrick et al. 2017, arXiv 1612.00796,
/// section 2; with given transcripts instead of sampled ones). Divided by its mean over the parameters, so that a strength means the
/// same as without it, whatever the model.
/// </remarks>
internal static class FisherInformation
{
    /// <summary>Estimates it at the parameters' present values, of transcripts.</summary>
    /// <inheritdoc cref="Estimate(ParameterTensors, IEnumerable{Func{Tensor}})" path="/returns"/>
    public static Tensor Estimate(
        Wav2Vec2Network network, Model model, ParameterTensors parameters, IReadOnlyList<TrainingUtterance> utterances)
    {
        var objective = new CtcObjective(model.Config.BlankId);
        return Estimate(parameters, utterances.Select(utterance => (Func<Tensor>)(() => Loss(utterance))));

        Tensor Loss(TrainingUtterance utterance)
        {
            using var batch = new WaveformBatch([model.Preprocessing.Apply(utterance.ToFloats())]);
            // The masks' vector takes part with weight 0: without masks nothing depends on it, and its information is 0.
            var pass = new TrainingPass { Mask = x => x.Plus(parameters.Find(TrainableParameters.MaskEmbedding(model.Config))!.Times(0)) };
            var logits = network.Forward(parameters, batch, pass);
            return objective.Evaluate(logits, network.FrameCounts(batch), [utterance.Labels]).Times(utterance.Labels.Length);
        }
    }

    /// <summary>Estimates it at the parameters' present values.</summary>
    /// <param name="parameters">Whose information.</param>
    /// <param name="losses">Each computes the negative log-probability of one answer, a scalar; at least one.</param>
    /// <returns>Shape (1, P), mean 1; zero everywhere if every gradient is. The caller disposes.</returns>
    public static Tensor Estimate(ParameterTensors parameters, IEnumerable<Func<Tensor>> losses)
    {
        using var scope = NewDisposeScope();
        var sum = zeros_like(parameters.Buffer);
        foreach (var loss in losses)
        {
            using var inner = NewDisposeScope();
            var gradients = parameters.Gradients(loss());
            using var noGradients = no_grad();
            using Scalar one = 1;
            sum.addcmul_(gradients, gradients, one);
        }

        // Divided by its mean, a sum is what a mean is.
        using var withoutGradients = no_grad();
        using Scalar least = float.Epsilon;
        return (sum / sum.mean().clamp_min(least)).MoveToOuterDisposeScope();
    }
}
