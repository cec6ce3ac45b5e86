using static TorchSharp.torch;

namespace Attune.Adaptation.Network;

/// <summary>How a forward pass in training differs from one in evaluation.</summary>
/// <remarks>Belongs to one pass. All rows of the batch share one set of parameters.</remarks>
public sealed class TrainingPass
{
    /// <summary>
    /// Type in which linear layers and convolutions after the first compute: float32, or bfloat16 with float32 parameters that are
    /// rounded for each pass. Logits are float32 in either case. Default float32.
    /// </summary>
    public ScalarType ComputeType { get; init; } = ScalarType.Float32;

    /// <summary>Changes the projected features, shape (N, T', D), before the encoder sees them; null to leave them.</summary>
    public Func<Tensor, Tensor>? Mask { get; init; }

    /// <summary>Applied to the projected features and to what each block adds to the residual stream; null for no dropout.</summary>
    public Func<Tensor, Tensor>? Dropout { get; init; }

    internal Tensor Cast(Tensor x) => x.dtype == ComputeType ? x : x.to(ComputeType);

    internal Tensor Drop(Tensor x) => Dropout is null ? x : Dropout(x);
}
