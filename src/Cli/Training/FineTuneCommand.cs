using System.CommandLine;
using Attune.Adaptation.Training;

namespace Attune.Cli.Training;

/// <summary><c>attune finetune</c>: a model that goes on learning from recordings with transcripts.</summary>
internal static class FineTuneCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune finetune --manifest my/train.jsonl --validation my/held-out.jsonl --out my-model
          attune finetune --model base --manifest m.jsonl --validation v.jsonl --guard old.jsonl --out m --lora-rank 8
          attune finetune --manifest m.jsonl --out my-adapter --lora-rank 8 --lora-export adapter
          attune finetune --manifest m.jsonl --out m --pull 0.1 --ewc old.jsonl
          attune finetune --manifest m.jsonl --out m --replay old.jsonl --replay-ratio 0.25 --source-transcripts

        Against forgetting: a small --parameters set; LoRA (arXiv 2106.09685); --pull alone is L2-SP (arXiv 1802.01483), with --ewc elastic
        weight consolidation (arXiv 1612.00796); --replay (arXiv 1811.11682), with --source-transcripts learning without forgetting (arXiv
        1606.09282). --guard shows what they do. 'attune merge-adapter' makes a whole model of an adapter.


        """ + TrainingStart.Notes;

    private static readonly FineTuningWords Words = new(
        new FineTuningOptions().LoraTargets,
        "Manifest of the source's domain: the pull then weighs each parameter by its Fisher information there (elastic weight consolidation). Needs --pull.",
        "Manifest of the source's domain, mixed in while training (experience replay).",
        "Replayed utterances for each new one.",
        0.5,
        "--source-transcripts",
        "Replay what the source model itself hears in the recordings, so that they need no text (learning without forgetting).");

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var model = ModelOption.Create("Folder of the model to start from, in Hugging Face layout.");
        var own = new FineTuningArguments(Words);
        var arguments = new TrainingArguments();
        var command = new Command("finetune", "Fine-tune a model.") { model };
        arguments.AddTo(command);
        own.AddTo(command);
        command.SetAction((parsed, cancellationToken) => TrainingStart.RunAsync(
            parsed,
            arguments.Check(parsed).Concat(own.Check(parsed)),
            () => Add(own.Read(parsed), ModelOption.Resolve(parsed.GetRequiredValue(model)), arguments.Read(parsed)),
            cancellationToken));
        return command;
    }

    private static TrainingSettings Add(FineTuningChoice choice, string model, TrainingSettings settings) => settings with
    {
        Model = model,
        FineTuning = choice.Options,
        Adapter = choice.Adapter,
        Fisher = choice.Fisher,
        Replay = choice.Replay,
        ReplayRatio = choice.ReplayRatio,
        SourceTranscripts = choice.OwnOutput,
    };
}
