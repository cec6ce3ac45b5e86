using System.Diagnostics;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Adaptation.Text;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using Attune.Text.Inference;
using Attune.Text.Models;
using static TorchSharp.torch;

namespace Attune.TextAdaptation;

/// <summary>Teaches a classifier which book a verse is from.</summary>
/// <remarks>Deterministic for a seed, a number of steps and one thread.</remarks>
internal static class ClassifierTrainer
{
    private const int BatchSize = 32, Window = 48;
    private const double Rate = 1e-3;

    public static void Train(string folder, Verses verses, int steps, int seed, Action<string> log)
    {
        AdaptableParameters trained;
        using (var model = TextModel.Open(folder))
        {
            using var network = new BertNetwork(model);
            using var parameters = new ParameterTensors(model.Source(ParameterSet.Parse("all")));
            using var optimizer = new AdamW(parameters, Rate);
            var random = new Random(seed);
            (int[] Row, int Book)[] texts = [.. verses.Training.Select(verse => (TextWindows.Rows(model, verse.Text, Window)[0], verse.Book))];
            var watch = Stopwatch.StartNew();
            for (var step = 0; step < steps; step++)
            {
                using var scope = NewDisposeScope();
                var chosen = random.GetItems(texts, BatchSize);
                var loss = LabelObjective.Evaluate(network.Forward(parameters, new TokenBatch([.. chosen.Select(text => text.Row)])), [.. chosen.Select(text => text.Book)]).mean();
                optimizer.Step(parameters, parameters.Gradients(loss));
                if (step % 100 == 99) log(FormattableString.Invariant($"step {step + 1}: {loss.item<float>():0.000} nats, {watch.Elapsed.TotalSeconds:0} s"));
            }

            trained = parameters.ToParameters(0);
        }

        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            [.. trained.Layout.Slices.Select(slice => TensorSource.FromFloats(slice.Parameter.Name, ElementType.F32, slice.Parameter.Shape, () => trained[slice]))]);
    }
}
