using System.CommandLine;
using Attune.Adaptation;
using Attune.Adaptation.Training;
using Attune.Recognition.Models;

namespace Attune.Cli.Training;

/// <summary><c>attune merge-adapter</c>: a whole model of a model and a LoRA adapter.</summary>
internal static class MergeAdapterCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune merge-adapter --adapter my-adapter --out my-model
          attune merge-adapter --model base --adapter from-peft --out merged

        An adapter is a folder with adapter_config.json and adapter_model.safetensors, as 'attune finetune --lora-export adapter' and PEFT
        write it. Of a speech model or a GPT-2. Transcribe or text, serve and fine-tune take the merged model.

        Exit status:
          0    the model is written
          1    it cannot be written
          2    the command line was not understood
          3    the model or the adapter is missing or cannot be used
        """;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var model = ModelOption.Create("Folder of the model that the adapter was trained on.");
        var adapter = new Option<string>("--adapter") { HelpName = "DIR", Description = "Folder of the adapter.", Required = true };
        var output = new Option<string>("--out") { HelpName = "DIR", Description = "Folder to write; not the model's own.", Required = true };
        var command = new Command("merge-adapter", "Merge a LoRA adapter into its model.") { model, adapter, output };
        command.SetAction(parsed => Run(
            ModelOption.Resolve(parsed.GetRequiredValue(model)),
            parsed.GetRequiredValue(adapter),
            parsed.GetRequiredValue(output),
            parsed.InvocationConfiguration));
        return command;
    }

    private static int Run(string modelFolder, string adapterFolder, string output, InvocationConfiguration console)
    {
        try
        {
            using var model = AnyModel.Open(modelFolder);
            var adapter = LoraAdapter.Open(adapterFolder, model);
            adapter.WriteMerged(model, output);
            console.Output.WriteLine($"{output} is {model.Name} with the additions of {adapterFolder}: rank {adapter.Rank} in {string.Join(", ", adapter.Targets)}.");
            return ExitCode.Success;
        }
        catch (Exception exception) when (StatusOf(exception) is not null)
        {
            console.Error.WriteLine($"attune: {exception.Message}");
            return StatusOf(exception)!.Value;
        }
    }

    private static int? StatusOf(Exception exception) => exception switch
    {
        ModelException => ExitCode.CannotRun,
        ArgumentException => ExitCode.Usage,
        IOException or UnauthorizedAccessException => ExitCode.RunFailed,
        _ => null,
    };
}
