using Attune.Recognition.Models;
using Attune.Text.Models;

namespace Attune.Adaptation;

/// <summary>Opens model folders of whatever kind: what merges and adapters take.</summary>
public static class AnyModel
{
    /// <summary>Opens the model that the folder's <c>config.json</c> names: of text if it is one of those, else of speech. The caller disposes.</summary>
    /// <exception cref="ModelException">The folder cannot be used.</exception>
    public static IModel Open(string folder) => TextModel.IsIn(folder) ? TextModel.Open(folder) : Model.Open(folder);

    /// <summary>What the model in a folder does, by its <c>config.json</c>: speech unless that names a class of text models.</summary>
    public static ModelKind KindOf(string folder) => TextModel.ArchitectureIn(folder) switch
    {
        TextArchitecture.Gpt2 => ModelKind.CausalText,
        TextArchitecture.Bert => ModelKind.TextClassifier,
        _ => ModelKind.Speech,
    };
}
