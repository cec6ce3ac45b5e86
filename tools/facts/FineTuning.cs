using Attune.Adaptation.Network;
using Attune.Adaptation.Text.Editing;
using Attune.Adaptation.Text.Training;
using Attune.Adaptation.Training;
using Attune.Recognition.Acoustic;
using Attune.Text.Models;

namespace Attune.Facts;

/// <summary>Learns facts by gradient steps on all parameters, as <c>attune text finetune</c> does: what editing is compared with.</summary>
/// <param name="model">The model; not disposed.</param>
/// <param name="folder">Of what is trained; its content is deleted.</param>
/// <param name="rate">Learning rate.</param>
/// <param name="steps">Steps, the same with replay and without.</param>
internal sealed class FineTuning(TextModel model, string folder, double rate, int steps)
{
    private const int Batch = 8;

    /// <summary>Learns.</summary>
    /// <param name="edits">The facts: the object after the prompt.</param>
    /// <param name="replay">What is learnt beside; empty for nothing.</param>
    /// <param name="ratio">Examples of it for each fact, and the weight of their loss.</param>
    /// <returns>The changed parameters; the caller disposes.</returns>
    public ParameterTensors Learn(IReadOnlyList<FactEdit> edits, IReadOnlyList<CausalExample> replay, double ratio)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        var task = new CausalTrainingTask
        {
            Source = model,
            Data = new ExampleData([.. edits.Select(edit => CausalExample.OfAnswer(model, edit.Prompt, $" {edit.Object}."))]),
            Replay = replay.Count == 0 ? null : new ExampleData(replay),
            ReplayRatio = ratio,
            OutputFolder = folder,
            Options = new CausalTrainingOptions
            {
                Steps = steps,
                BatchSize = Math.Min(Batch, edits.Count),
                ValidationInterval = steps,
                Threads = 1,
                Optimizer = new OptimizerOptions { LearningRate = rate, WarmUpSteps = 5, WeightDecay = 0 },
            },
        };
        using (var trainer = new CausalTrainer(task, TimeProvider.System)) trainer.Run(null, CancellationToken.None);
        using var changed = TextModel.Open(folder);
        return new ParameterTensors(changed.Source(ParameterSet.Parse("all")));
    }
}
