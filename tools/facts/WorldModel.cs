using Attune.Adaptation.Text.Training;
using Attune.Adaptation.Training;
using Attune.Text.Models;
using Attune.Text.Tokenization;

namespace Attune.Facts;

/// <summary>A folder with a small GPT-2 that knows a world, and with edits of its facts.</summary>
internal sealed class WorldModel(World world, string folder, int seed, Action<string> log)
{
    private const int Context = 96, Merges = 2400, TextTimes = 20, Final = 24, Tuning = 12, Hidden = 128;

    /// <summary>Trains it to complete sentences after others, and beside that to write text, with a tokenizer learnt from the text: each word of a name is a token.</summary>
    public void Make(int layers, int heads, int steps)
    {
        new EditSet(world, Final, Tuning, seed).Write(Directory.CreateDirectory(folder).FullName);
        var text = world.Text(TextTimes, seed);
        var tokenizer = new BytePairTrainer();
        tokenizer.Add(text);
        var initial = Path.Combine(TrainingPaths.WorkFolder(folder), "initial");
        CausalInitializer.Write(initial, new CausalShape(layers, Hidden, heads, Context), tokenizer.Train(Merges), seed);
        using var source = TextModel.Open(initial);
        var task = new CausalTrainingTask
        {
            Source = source,
            Data = new ExampleData([.. world.Completions(seed).Select(item => CausalExample.OfAnswer(source, item.Prompt, $" {item.Object}."))]),
            Replay = new WindowData(TextCorpus.Create(source, [text], heldBack: 0.01).Training, window: 48),
            ReplayRatio = 0.5,
            OutputFolder = folder,
            Options = new CausalTrainingOptions
            {
                Seed = seed,
                Steps = steps,
                BatchSize = 32,
                ValidationInterval = 100,
                Threads = 1,
                Optimizer = new OptimizerOptions { LearningRate = 3e-3, WarmUpSteps = 50, WeightDecay = 0.02 },
            },
        };
        using var trainer = new CausalTrainer(task, TimeProvider.System);
        trainer.Run(new Reporter(log), CancellationToken.None);
    }

    private sealed class Reporter(Action<string> log) : IProgress<CausalProgress>
    {
        public void Report(CausalProgress value)
        {
            if (value.Step > 0) log(FormattableString.Invariant($"step {value.Step}: loss {value.Loss:0.000}, {value.TokensPerSecond:0} tokens/s"));
        }
    }
}
