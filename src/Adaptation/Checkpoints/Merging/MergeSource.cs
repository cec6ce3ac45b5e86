using Attune.Recognition.Models;

namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>One model of a recipe, open.</summary>
/// <remarks>Reading is thread-safe. Disposing closes the model.</remarks>
internal sealed class MergeSource : IDisposable
{
    private MergeSource(string name, Model model)
    {
        Name = name;
        Model = model;
    }

    /// <summary>As the recipe has it.</summary>
    public string Name { get; }

    /// <summary>Configuration, vocabulary and weights.</summary>
    public Model Model { get; }

    /// <summary>Opens what a recipe names. The caller disposes.</summary>
    /// <exception cref="MergeException">It cannot be used; the message names the recipe's line.</exception>
    public static MergeSource Open(MergeRecipe recipe, RecipeModel model)
    {
        try
        {
            return new(model.Name, Model.Open(model.Path));
        }
        catch (ModelException exception)
        {
            throw new MergeException($"{recipe.Path}:{model.Line}: {exception.Message}", exception);
        }
    }

    /// <summary>Where a tensor is; null if the model has none of that name.</summary>
    public TensorEntry? Find(string name) => Model.Weights.TryFind(name, out var location) ? location.Entry : null;

    /// <summary>Values of a tensor, widened to floats.</summary>
    public float[] Read(string name) => Model.Weights.ReadFloats(name);

    public void Dispose() => Model.Dispose();
}
