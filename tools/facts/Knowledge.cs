using Attune.Adaptation.Text;
using Attune.Text.Inference;
using Attune.Text.Models;
using static TorchSharp.torch;

namespace Attune.Facts;

/// <summary>How many of a world's sentences a model completes.</summary>
internal static class Knowledge
{
    private const int BatchTexts = 64;

    public static string Of(TextModel model, World world)
    {
        using var network = new Gpt2Network(model);
        using var noGradients = no_grad();
        var (known, total) = (0, 0);
        foreach (var part in world.Facts.SelectMany(fact => Enumerable.Range(0, World.Templates).Select(template => (Prompt: fact.Prompt(template), fact.Object))).Chunk(BatchTexts))
        {
            using var scope = NewDisposeScope();
            IReadOnlyList<int>[] prompts = [.. part.Select(item => model.Tokenizer.Encode(item.Prompt))];
            IReadOnlyList<int>[] objects = [.. part.Select(item => model.Tokenizer.Encode(" " + item.Object))];
            var batch = new TokenBatch([.. prompts.Zip(objects, (prompt, target) => (IReadOnlyList<int>)[.. prompt, .. target])]);
            var best = network.Forward(null, batch).argmax(-1).cpu().data<long>().ToArray();
            for (var row = 0; row < part.Length; row++)
            {
                var start = (row * batch.Longest) + prompts[row].Count - 1;
                known += objects[row].Select((token, i) => best[start + i] == token).All(equal => equal) ? 1 : 0;
                total++;
            }
        }

        return FormattableString.Invariant($"{known} of {total} sentences are completed with their object");
    }
}
