using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Network;

/// <summary>The activation functions that a configuration may name.</summary>
internal static class Activations
{
    public static Tensor Apply(Tensor x, Activation activation) => activation switch
    {
        Activation.Gelu => nn.functional.gelu(x),
        Activation.GeluTanh => nn.functional.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh, inplace: false),
        Activation.Relu => nn.functional.relu(x),
        _ => nn.functional.silu(x),
    };
}
