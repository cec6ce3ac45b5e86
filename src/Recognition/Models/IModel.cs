namespace Attune.Recognition.Models;

/// <summary>What training, adapters and merging need of a model folder, whether it recognises speech or reads text.</summary>
public interface IModel : IDisposable
{
    /// <summary>Full path of the folder.</summary>
    string Folder { get; }

    /// <summary>The folder's name.</summary>
    string Name { get; }

    /// <summary>SHA-256 of the weights in lower-case hexadecimal.</summary>
    string Sha256 { get; }

    /// <summary>All parameters, in the order of the forward pass; each of them is in <see cref="Weights"/> with its shape.</summary>
    IReadOnlyList<ModelParameter> Parameters { get; }

    /// <summary>Its transformer layers.</summary>
    int LayerCount { get; }

    /// <summary>Its tensors; owned by the model.</summary>
    ModelWeights Weights { get; }
}
