using System.CommandLine;

namespace Attune.Cli.Training;

/// <summary><c>attune train</c>: a new model from a configuration and manifests.</summary>
internal static class TrainCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune train --config my-config --manifest data/train.jsonl --validation data/validation.jsonl --out my-model
          attune train --config my-config --manifest a.jsonl b.jsonl*0.5 --validation v.jsonl --out m --optimizer muon \
              --learning-rate 1.5e-3 --weight-decay 0.1 --epochs 40 --patience 10

        The folder of --config has config.json (of a Wav2Vec2ForCTC), vocab.json and preprocessor_config.json. DIR/initial becomes the model
        with random weights that the training starts from.


        """ + TrainingStart.Notes;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var config = new Option<string>("--config")
        {
            HelpName = "DIR",
            Description = "Folder that describes the new model: config.json, vocab.json, preprocessor_config.json.",
            Required = true,
        };
        var arguments = new TrainingArguments();
        var command = new Command("train", "Train a new model.") { config };
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) => TrainingStart.RunAsync(
            parsed,
            arguments.Check(parsed),
            () => arguments.Read(parsed) with { Config = parsed.GetRequiredValue(config) },
            cancellationToken));
        return command;
    }
}
