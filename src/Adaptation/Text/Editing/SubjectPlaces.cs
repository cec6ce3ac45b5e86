using Attune.Text.Inference;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Editing;

/// <summary>The tokens of a batch at which subjects end, one in each row.</summary>
/// <param name="Mask">1 there and 0 elsewhere, float32, shape (N, T, 1); the scope that made it disposes it.</param>
internal sealed record SubjectPlaces(Tensor Mask)
{
    /// <summary>The places of prompts in their batch.</summary>
    public static SubjectPlaces Of(IReadOnlyList<SubjectPrompt> prompts, TokenBatch batch)
    {
        var mask = new float[batch.Count, batch.Longest, 1];
        for (var row = 0; row < prompts.Count; row++) mask[row, prompts[row].SubjectEnd, 0] = 1;
        return new SubjectPlaces(tensor(mask, device: TorchRuntime.Device));
    }

    /// <summary>An activation (N, T, size) with a vector (size) added at the places.</summary>
    public Tensor Add(Tensor values, Tensor vector) => values.PlusProduct(Mask, vector);

    /// <summary>The mean of an activation (N, T, size) over the places, float64, shape (size).</summary>
    public Tensor Mean(Tensor values) => (values * Mask).sum(1).to(ScalarType.Float64).mean([0L]);
}
