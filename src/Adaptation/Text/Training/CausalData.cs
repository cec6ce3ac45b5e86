using Attune.Text.Inference;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Training;

/// <summary>What a causal model is trained on: it gives each step its batch and the batch's loss.</summary>
/// <remarks>What a step reads depends on the seed and the step alone, so that a training that is resumed reads what one that was not stopped would have. Belongs to one training.</remarks>
public abstract class CausalData
{
    /// <summary>Tells other data apart: the beginning of a hash over all tokens.</summary>
    public abstract string Identity { get; }

    /// <summary>What it has, in words, for reports and the card.</summary>
    public abstract string Description { get; }

    /// <summary>Takes from the source model what the loss needs of it, once, before the first step.</summary>
    /// <param name="network">The model that training starts from, with its own weights.</param>
    internal virtual void Prepare(Gpt2Network network)
    {
    }

    /// <summary>The mean loss of a step's batch, in nats.</summary>
    /// <param name="forward">Logits of a batch under the parameters that are trained.</param>
    /// <param name="count">Examples of the batch.</param>
    /// <param name="seed">The training's.</param>
    /// <param name="step">The step, from 0.</param>
    /// <returns>A scalar, differentiable. The caller's scope disposes.</returns>
    internal abstract Tensor Loss(Func<TokenBatch, Tensor> forward, int count, int seed, int step);
}
