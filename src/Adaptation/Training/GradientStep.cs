using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace Attune.Adaptation.Training;

/// <summary>Loss and gradients of one batch, with masks and dropout.</summary>
internal sealed class GradientStep(TrainingTask task, Wav2Vec2Network network, ParameterTensors parameters, ScalarType computeType)
{
    private readonly TrainingOptions _options = task.Options;
    private readonly SpecAugment _specAugment = new(task.Options.SpecAugment);
    private readonly CtcObjective _objective = new(task.Source.Config.BlankId, task.Options.LabelSmoothing);
    private readonly string _maskEmbedding = TrainableParameters.MaskEmbedding(task.Source.Config);

    /// <summary>Computes the gradients of a batch.</summary>
    /// <param name="prepared">The batch.</param>
    /// <returns>The loss, and gradients of shape (1, P) that the caller disposes.</returns>
    public (double Loss, Tensor Gradients) Run(PreparedBatch prepared)
    {
        using var scope = NewDisposeScope();
        using var batch = new WaveformBatch(prepared.Waveforms);
        var counts = network.FrameCounts(batch);
        var (epoch, index) = (prepared.Position.Epoch, prepared.Position.Batch);
        var pass = new TrainingPass
        {
            ComputeType = computeType,
            Mask = x => Mask(x, counts, SeededRandom.For(_options.Seed, "masks", epoch, index)),
            Dropout = _options.Dropout == 0 ? null : CreateDropout(SeededRandom.Mix(_options.Seed, "dropout", epoch, index)),
        };
        var loss = _objective.Evaluate(network.Forward(parameters, batch, pass), counts, prepared.Labels);
        var gradients = parameters.Gradients(loss);
        return (loss.item<float>(), gradients.MoveToOuterDisposeScope());
    }

    // The embedding takes part even where nothing is masked, so that each parameter has a gradient.
    private Tensor Mask(Tensor x, IReadOnlyList<int> counts, Random random) =>
        _specAugment.Apply(x, parameters.Find(_maskEmbedding)!, counts, random);

    private Func<Tensor, Tensor> CreateDropout(uint seed)
    {
        var kept = 1 - _options.Dropout;
        var generator = new Generator(seed, CPU);
        return x =>
        {
            using Scalar limit = kept;
            return x * rand(x.shape, generator: generator).lt(limit).to(x.dtype).Times(1 / kept);
        };
    }
}
