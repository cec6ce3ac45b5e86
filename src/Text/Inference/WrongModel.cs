using Attune.Text.Models;

namespace Attune.Text.Inference;

/// <summary>Makes the error of a model that cannot do what is asked of it.</summary>
internal static class WrongModel
{
    /// <param name="model">The model.</param>
    /// <param name="problem">What it does not do, and what to choose, as the rest of a sentence.</param>
    public static TextException Of(TextModel model, string problem) => new(TextError.WrongModel, $"The model {model.Name} ({model.Config.Architecture}) {problem}.");
}
