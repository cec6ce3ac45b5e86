using Attune.Adaptation.Text.Training;
using Attune.Adaptation.Training;
using Attune.Recognition.Models;
using Attune.Text.Models;
using Attune.Text.Tokenization;

namespace Attune.Facts;

/// <summary>A folder with a small GPT-2 that knows a world, and with edits of its facts.</summary>
/// <remarks>
/// (1) A tokenizer is learnt from the world's text: a name has two tokens. (2) A model of few layers learns what follows a bare name: it can only recall that where the name ends. (3) It is
/// grown by further layers and learns everything. They find what they need at the name, as larger models are reported to (Geva et al. 2023, arXiv 2304.14767).
/// </remarks>
internal sealed class WorldModel(World world, string folder, int seed, Action<string> log)
{
    private const int Context = 96, Merges = 2400, TextTimes = 10, Final = 24, Tuning = 12, Hidden = 128, Heads = 4;

    /// <summary>Makes it.</summary>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="recallLayers">Layers of the model before it grows; 0 to train all from the start.</param>
    /// <param name="recallSteps">Steps before it grows.</param>
    /// <param name="steps">Steps after.</param>
    public void Make(int layers, int recallLayers, int recallSteps, int steps)
    {
        new EditSet(world, Final, Tuning, seed).Write(Directory.CreateDirectory(folder).FullName);
        var tokenizer = new BytePairTrainer();
        tokenizer.Add(world.Text(relations: true, TextTimes, seed));
        var merges = tokenizer.Train(Merges);
        var whole = Initialize("initial", layers, merges);
        if (recallLayers > 0)
        {
            var small = Path.Combine(TrainingPaths.WorkFolder(folder), "recall");
            Train(Initialize("initial-recall", recallLayers, merges), small, relations: false, recallSteps, 3e-3);
            Grow(small, whole);
        }

        Train(whole, folder, relations: true, steps, 2e-3);
    }

    private string Initialize(string name, int layers, IReadOnlyList<(string Left, string Right)> merges)
    {
        var path = Path.Combine(TrainingPaths.WorkFolder(folder), name);
        CausalInitializer.Write(path, new CausalShape(layers, Hidden, Heads, Context), merges, seed);
        return path;
    }

    /// <summary>Gives a new model the weights of a trained one of fewer layers; the layers above stay as they are, which is nearly nothing.</summary>
    private static void Grow(string from, string to)
    {
        using var small = TextModel.Open(from);
        TensorSource[] tensors;
        using (var large = TextModel.Open(to))
        {
            tensors = [.. large.Layout.Parameters.Select(parameter =>
            {
                var values = (small.Weights.TryFind(parameter.Name, out _) ? small : large).Weights.ReadFloats(parameter.Name);
                return TensorSource.FromFloats(parameter.Name, ElementType.F32, parameter.Shape, () => values);
            })];
        }

        SafetensorsWriter.Write(Path.Combine(to, "model.safetensors"), tensors);
    }

    /// <summary>Teaches a model the objects of sentences, and beside that to write text.</summary>
    private void Train(string from, string to, bool relations, int steps, double rate)
    {
        using var source = TextModel.Open(from);
        var task = new CausalTrainingTask
        {
            Source = source,
            Data = new ExampleData([.. world.Completions(relations, seed).Select(item => CausalExample.OfAnswer(source, item.Prompt, $" {item.Object}."))]),
            Replay = new WindowData(TextCorpus.Create(source, [world.Text(relations, TextTimes, seed)], heldBack: 0.01).Training, window: 48),
            ReplayRatio = 0.25,
            OutputFolder = to,
            Options = new CausalTrainingOptions
            {
                Seed = seed,
                Steps = steps,
                BatchSize = 32,
                ValidationInterval = 100,
                Threads = 1,
                Optimizer = new OptimizerOptions { LearningRate = rate, WarmUpSteps = 50, WeightDecay = 0.02 },
            },
        };
        using var trainer = new CausalTrainer(task, TimeProvider.System);
        trainer.Run(new Reporter(log), CancellationToken.None);
    }

    private sealed class Reporter(Action<string> log) : IProgress<CausalProgress>
    {
        public void Report(CausalProgress value) => log(FormattableString.Invariant($"step {value.Step}: loss {value.Loss:0.000}, {value.TokensPerSecond:0} tokens/s"));
    }
}
