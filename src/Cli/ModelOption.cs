using System.CommandLine;
using Attune.Recognition;

namespace Attune.Cli;

/// <summary>The option <c>--model</c> of commands that take a model as it is.</summary>
internal static class ModelOption
{
    /// <summary>Makes it; the default is the model that ships.</summary>
    /// <param name="description">Meaning; how the folder is looked up is added.</param>
    public static Option<string> Create(string description) => new("--model")
    {
        HelpName = "DIR",
        Description = $"{description} A relative path is looked up in the working directory, then beside the program; OWNER/NAME is one that 'attune pull' fetched.",
        DefaultValueFactory = _ => new RecognitionOptions().Model,
    };

    /// <summary>The folder that a value stands for.</summary>
    public static string Resolve(string value) => new RecognitionOptions { Model = value }.ResolveModel();
}
