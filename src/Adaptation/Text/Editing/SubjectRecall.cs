using Attune.Text.Inference;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Editing;

/// <summary>What a layer's feed-forward part recalls where a subject ends, averaged over prompts that begin differently.</summary>
/// <param name="Key">What its output matrix reads, float64, shape (inner).</param>
/// <param name="Value">What it adds to the state, float64, shape (D).</param>
internal sealed record SubjectRecall(Tensor Key, Tensor Value)
{
    /// <summary>Reads the prompts.</summary>
    /// <returns>The tensors belong to the caller's scope.</returns>
    public static SubjectRecall Of(Gpt2Network network, int layer, IReadOnlyList<SubjectPrompt> prompts)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var batch = new TokenBatch([.. prompts.Select(prompt => prompt.Tokens)]);
        var places = SubjectPlaces.Of(prompts, batch);
        Tensor? key = null, value = null;
        network.Forward(null, batch, tap: (site, at, values) =>
        {
            if (at != layer) return values;
            if (site == ActivationSite.Key) key = places.Mean(values);
            if (site == ActivationSite.FeedForward) value = places.Mean(values);
            return values;
        });
        return new SubjectRecall(key!.MoveToOuterDisposeScope(), value!.MoveToOuterDisposeScope());
    }
}
