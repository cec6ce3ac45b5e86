namespace Attune.Recognition.Acoustic;

/// <summary>What enters the last K transformer layers of one utterance, so that only those need to be run again.</summary>
/// <remarks>
/// The tensor is the last one that no LayerNorm of the last K layers has touched: where each layer normalises first (stable order),
/// the input of layer L-K; otherwise the sum of that layer's input and its attention, which saves its attention too. Immutable.
/// </remarks>
/// <param name="Values">Row-major, shape (T', D).</param>
/// <param name="HiddenSize">D.</param>
/// <param name="TopLayers">K.</param>
public sealed record HiddenStates(ReadOnlyMemory<float> Values, int HiddenSize, int TopLayers)
{
    /// <summary>Frames T'.</summary>
    public int FrameCount => Values.Length / HiddenSize;
}
