using System.Diagnostics;
using Attune.Adaptation.Network;
using Attune.Adaptation.Text;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using Attune.Text.Inference;
using Attune.Text.Models;
using static TorchSharp.torch;

namespace Attune.Facts;

/// <summary>Teaches a model a world's sentences, one or two after each other, with or without the token that ends texts before them.</summary>
/// <remarks>Deterministic for a seed, a number of steps and one thread.</remarks>
internal static class Trainer
{
    private const int BatchTexts = 48, WarmUp = 30;
    private const double PeakRate = 4e-3;

    public static void Train(string folder, World world, int steps, int seed, Action<string> log)
    {
        using var model = TextModel.Open(folder);
        using var network = new Gpt2Network(model);
        using var parameters = new ParameterTensors(model.Source(ParameterSet.Parse("all")));
        using var adam = new Adam(parameters);
        var random = new Random(seed);
        string[] sentences = [.. world.Sentences];
        var next = sentences.Length;
        var watch = Stopwatch.StartNew();
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            var perText = 1 + (step % 2);
            var batch = new TokenBatch([.. Enumerable.Range(0, BatchTexts / perText).Select(_ => Text(perText))]);
            var loss = NextTokenObjective.Evaluate(network.Forward(parameters, batch), batch).mean();
            var rate = PeakRate * Math.Min(1.0, (step + 1.0) / WarmUp) * (0.05 + (0.95 * 0.5 * (1 + Math.Cos(Math.PI * step / steps))));
            adam.Step(loss, rate);
            if (step % 100 == 99 || step == steps - 1) log(FormattableString.Invariant($"step {step + 1}: {loss.item<float>():0.000} nats a token, {watch.Elapsed.TotalSeconds:0} s"));
        }

        Save(folder, parameters);

        IReadOnlyList<int> Text(int count)
        {
            var text = string.Join(' ', Enumerable.Range(0, count).Select(_ => Next()));
            int[] tokens = [.. model.Tokenizer.Encode(text), model.Config.EndOfTextId];
            return random.Next(2) == 0 ? tokens : [model.Config.EndOfTextId, .. tokens];
        }

        string Next()
        {
            if (next == sentences.Length)
            {
                random.Shuffle(sentences);
                next = 0;
            }

            return sentences[next++];
        }
    }

    private static void Save(string folder, ParameterTensors parameters)
    {
        var values = parameters.ToParameters(0);
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            [.. values.Layout.Slices.Select(slice => TensorSource.FromFloats(slice.Parameter.Name, ElementType.F32, slice.Parameter.Shape, () => values[slice]))]);
    }
}
