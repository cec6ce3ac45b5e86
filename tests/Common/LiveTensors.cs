using static TorchSharp.torch;

namespace Attune.Tests;

/// <summary>Tensors of libtorch that are alive, for tests that leave none behind.</summary>
internal static class LiveTensors
{
    /// <summary>How many there are once the collector has taken those that earlier tests have left to it, so that they do not go while a test counts.</summary>
    public static long Settle()
    {
#pragma warning disable RS0030 // The collector is what is to be waited for.
        GC.Collect();
#pragma warning restore RS0030
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}
