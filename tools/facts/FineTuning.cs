using Attune.Adaptation.Network;
using Attune.Adaptation.Text;
using Attune.Adaptation.Text.Editing;
using Attune.Recognition.Acoustic;
using Attune.Text.Inference;
using Attune.Text.Models;
using static TorchSharp.torch;

namespace Attune.Facts;

/// <summary>Learns facts by gradient steps on all parameters: what editing is compared with.</summary>
/// <param name="model">The model; not disposed.</param>
/// <param name="network">Its twin; not disposed.</param>
/// <param name="rate">Adam's.</param>
/// <param name="steps">At most.</param>
internal sealed class FineTuning(TextModel model, Gpt2Network network, double rate, int steps)
{
    private const int ReplayTexts = 16;

    /// <summary>Loss of the facts, in nats, at which learning ends; the same as that of the search for a value.</summary>
    private const double Enough = 0.05;

    /// <summary>Learns.</summary>
    /// <param name="edits">The facts: the object after the prompt.</param>
    /// <param name="replay">Texts whose tokens are learnt beside; empty for none.</param>
    /// <param name="seed">Which texts come when.</param>
    /// <returns>The changed parameters; the caller disposes.</returns>
    public ParameterTensors Learn(IReadOnlyList<FactEdit> edits, IReadOnlyList<string> replay, int seed)
    {
        var parameters = new ParameterTensors(model.Source(ParameterSet.Parse("all")));
        using var adam = new Adam(parameters);
        var random = new Random(seed);
        IReadOnlyList<int>[] prompts = [.. edits.Select(edit => model.Tokenizer.Encode(edit.Prompt))];
        var batch = new TokenBatch([.. edits.Zip(prompts, (edit, prompt) => (IReadOnlyList<int>)[.. prompt, .. model.Tokenizer.Encode(" " + edit.Object)])]);
        int[] from = [.. prompts.Select(prompt => prompt.Count)];
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            var loss = NextTokenObjective.Evaluate(network.Forward(parameters, batch), batch, from).mean();
            if (loss.item<float>() < Enough) break;
            adam.Step(replay.Count == 0 ? loss : stack([loss, Replay(parameters, replay, random)]).sum(), rate);
        }

        return parameters;
    }

    private Tensor Replay(ParameterTensors parameters, IReadOnlyList<string> texts, Random random)
    {
        var batch = new TokenBatch(
            [.. Enumerable.Range(0, ReplayTexts).Select(_ => (IReadOnlyList<int>)[model.Config.EndOfTextId, .. model.Tokenizer.Encode(texts[random.Next(texts.Count)])])]);
        return NextTokenObjective.Evaluate(network.Forward(parameters, batch), batch).mean();
    }
}
