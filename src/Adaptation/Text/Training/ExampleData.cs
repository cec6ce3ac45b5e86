using Attune.Text.Inference;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Training;

/// <summary>Examples as training data, such as answers to prompts: each token that counts weighs the same within a batch.</summary>
/// <param name="examples">At least one.</param>
public sealed class ExampleData(IReadOnlyList<CausalExample> examples) : CausalData
{
    private readonly ShuffledOrder _order = new(examples.Count);

    public override string Identity { get; } = TokenHash.Of(examples);

    public override string Description => $"{examples.Count} examples";

    internal override Tensor Loss(Func<TokenBatch, Tensor> forward, int count, int seed, int step)
    {
        CausalExample[] chosen = [.. _order.At(step, count, seed).Select(i => examples[i])];
        var batch = new TokenBatch([.. chosen.Select(example => example.Tokens)]);
        var logProbabilities = NextTokenObjective.LogProbabilities(forward(batch), batch, [.. chosen.Select(example => example.From)]);
        return logProbabilities.sum().Times(-1.0 / chosen.Sum(example => example.Tokens.Count - example.From));
    }
}
