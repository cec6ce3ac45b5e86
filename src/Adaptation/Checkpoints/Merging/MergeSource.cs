using System.Security.Cryptography;
using System.Text;
using Attune.Adaptation.Revisions;
using Attune.Adaptation.Training;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using Attune.Text.Models;

namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>One model of a recipe, open: by itself, or with what a domain learnt on it.</summary>
/// <remarks>Reading is thread-safe. Disposing closes the model.</remarks>
internal sealed class MergeSource : IDisposable
{
    private readonly AdaptableParameters? _learnt;

    private MergeSource(RecipeModel model, IModel open)
    {
        Name = model.Name;
        Model = open;
        if (model.Revision is null) return;
        if (open is not Model speech) throw new MergeException($"A revision belongs to a speech model. Given: {model.Revision} with the text model {model.Name}. Leave it out.");
        var bytes = File.ReadAllBytes(model.Revision);
        _learnt = RevisionFile.Read(bytes, speech).State.Parameters;
        RevisionSha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>As the recipe has it.</summary>
    public string Name { get; }

    /// <summary>Configuration, vocabulary and weights.</summary>
    public IModel Model { get; }

    /// <summary>Whether the norms outside of layers follow the last layer.</summary>
    public bool EndsInNorm => Model is not Model speech || speech.Config.StableLayerNorm;

    /// <summary>What each row of the output layer and of the embeddings stands for.</summary>
    public IReadOnlyList<string> Tokens => Model switch
    {
        Model speech => [.. Enumerable.Range(0, speech.Vocabulary.Count).Select(speech.Vocabulary.Token)],
        TextModel text => [.. Enumerable.Range(0, text.Tokenizer.Count).Select(id => Encoding.Latin1.GetString(text.Tokenizer.Bytes(id)))],
        _ => [],
    };

    /// <summary>Hash of the revision's file; null for the model by itself.</summary>
    public string? RevisionSha256 { get; }

    /// <summary>Opens what a recipe names. The caller disposes.</summary>
    /// <exception cref="MergeException">It cannot be used; the message names the recipe's line.</exception>
    public static MergeSource Open(MergeRecipe recipe, RecipeModel model)
    {
        IModel? open = null;
        try
        {
            open = AnyModel.Open(model.Path);
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
        _learnt is null ? Model.Weights.ReadFloats(name) : TrainedWeights.Read(Model.Weights.Find(name), _learnt, LoraNames.Scale, isTransposed: false); // what has learnt is of speech

    /// <summary>Whether equal weights mean the same in both: order of norms, activations, strides and preprocessing agree.</summary>
    public bool ComputesLike(MergeSource other) => (Model, other.Model) switch
    {
        (Model own, Model given) => own.Preprocessing == given.Preprocessing
            && own.Config.ConvStrides.SequenceEqual(given.Config.ConvStrides)
            && own.Config == given.Config with { ConvDims = own.Config.ConvDims, ConvKernels = own.Config.ConvKernels, ConvStrides = own.Config.ConvStrides },
        (TextModel own, TextModel given) => own.Config.Labels.SequenceEqual(given.Config.Labels) && own.Config == given.Config with { Labels = own.Config.Labels },
        _ => false,
    };

    public void Dispose() => Model.Dispose();
}
