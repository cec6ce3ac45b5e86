using Attune.Adaptation.Network;
using Attune.Text.Inference;
using Attune.Text.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Training;

/// <summary>Text, or answers to prompts, that bits per byte are measured on.</summary>
/// <param name="name">For reports.</param>
/// <param name="model">Whose tokens.</param>
/// <param name="examples">At least one.</param>
/// <param name="areAnswers">Whether it is also measured how many are answered with exactly their tokens.</param>
/// <param name="isGuard">Whether it must not be forgotten: then the divergence from the source model is measured too.</param>
public sealed class ExampleSet(string name, TextModel model, IReadOnlyList<CausalExample> examples, bool areAnswers, bool isGuard = false)
    : CausalSet(name, isGuard)
{
    private const int BatchExamples = 16;

    private readonly int _bytes = Math.Max(1, examples.Sum(example => example.CountBytes(model)));

    public override IReadOnlyList<string> Columns { get; } =
        [.. new[] { ("bits_per_byte", true), ("accuracy", areAnswers), ("divergence", isGuard) }.Where(column => column.Item2).Select(column => column.Item1)];

    internal override CausalFigures Measure(Gpt2Network network, ParameterTensors parameters)
    {
        using var noGradients = no_grad();
        var (nats, exact, divergence) = (0.0, 0, 0.0);
        foreach (var part in examples.Chunk(BatchExamples))
        {
            using var scope = NewDisposeScope();
            var batch = new TokenBatch([.. part.Select(example => example.Tokens)]);
            int[] from = [.. part.Select(example => example.From)];
            var logits = network.Forward(parameters, batch);
            nats -= NextTokenObjective.LogProbabilities(logits, batch, from).sum().item<float>();
            if (areAnswers) exact += CountExact(logits, batch, from);
            if (IsGuard) divergence += Divergence(network.Forward(null, batch), logits, batch, from);
        }

        return new CausalFigures(
            Name,
            nats / Math.Log(2) / _bytes,
            areAnswers ? (double)exact / examples.Count : null,
            IsGuard ? divergence / examples.Sum(example => example.Tokens.Count - example.From) : null);
    }

    private static int CountExact(Tensor logits, TokenBatch batch, int[] from)
    {
        var best = logits.argmax(-1).cpu().data<long>().ToArray();
        return Enumerable.Range(0, batch.Count).Count(row => Enumerable.Range(from[row], batch.Lengths[row] - from[row])
            .All(token => best[(row * batch.Longest) + token - 1] == batch.Ids.Span[(row * batch.Longest) + token]));
    }

    /// <summary>Sum over the tokens that count of KL(source || model), in nats.</summary>
    private static double Divergence(Tensor source, Tensor logits, TokenBatch batch, int[] from)
    {
        var (before, after) = (nn.functional.log_softmax(source, -1), nn.functional.log_softmax(logits, -1));
        var perToken = (before.exp() * before.Minus(after)).sum(-1).reshape(-1); // (N T)
        long[] counted = [.. Enumerable.Range(0, batch.Count)
            .SelectMany(row => Enumerable.Range(from[row], batch.Lengths[row] - from[row]).Select(token => ((long)row * batch.Longest) + token - 1))];
        return Math.Max(0, perToken.index_select(0, tensor(counted, device: perToken.device)).sum().item<float>());
    }
}
