using System.Security.Cryptography;
using Attune.Adaptation.Revisions;
using Attune.Adaptation.Training;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>One model of a recipe, open: by itself, or with what a domain learnt on it.</summary>
/// <remarks>Reading is thread-safe. Disposing closes the model.</remarks>
internal sealed class MergeSource : IDisposable
{
    private readonly AdaptableParameters? _learnt;

    private MergeSource(RecipeModel model, Model open)
    {
        Name = model.Name;
        Model = open;
        if (model.Revision is null) return;
        var bytes = File.ReadAllBytes(model.Revision);
        _learnt = RevisionFile.Read(bytes, open).State.Parameters;
        RevisionSha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>As the recipe has it.</summary>
    public string Name { get; }

    /// <summary>Configuration, vocabulary and weights.</summary>
    public Model Model { get; }

    /// <summary>Hash of the revision's file; null for the model by itself.</summary>
    public string? RevisionSha256 { get; }

    /// <summary>Opens what a recipe names. The caller disposes.</summary>
    /// <exception cref="MergeException">It cannot be used; the message names the recipe's line.</exception>
    public static MergeSource Open(MergeRecipe recipe, RecipeModel model)
    {
        Model? open = null;
        try
        {
            open = Model.Open(model.Path);
            return new(model, open);
        }
        catch (Exception exception) when (exception is ModelException or RevisionException or IOException or UnauthorizedAccessException)
        {
            open?.Dispose();
            throw new MergeException($"{recipe.Path}:{model.Line}: {exception.Message}", exception);
        }
    }

    /// <summary>Where a tensor is; null if the model has none of that name.</summary>
    public TensorEntry? Find(string name) => Model.Weights.TryFind(name, out var location) ? location.Entry : null;

    /// <summary>Values of a tensor, widened to floats.</summary>
    public float[] Read(string name) =>
        _learnt is null ? Model.Weights.ReadFloats(name) : TrainedWeights.Read(Model.Weights.Find(name), _learnt, LoraNames.Scale);

    public void Dispose() => Model.Dispose();
}
