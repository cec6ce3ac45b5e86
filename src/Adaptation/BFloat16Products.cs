using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace Attune.Adaptation;

/// <summary>Whether this processor multiplies faster in bfloat16 than in float32.</summary>
/// <remarks>
/// Found out once for the process, in some 60 ms: what has no instruction for it is slower, and what has one is tried, since there were processors and builds of libtorch that
/// gained nothing by it. It is tried on one thread, since where others keep the cores busy threads of one product wait for each other, and in memory that the runs before have used,
/// since the first touch of memory can take longer than the product: both would take as long in either type. Thread-safe.
/// </remarks>
internal static class BFloat16Products
{
    /// <summary>Of the time in float32: what is to be gained must be worth the rounding.</summary>
    private const double LargestShare = 0.8;

    private const int Runs = 15;

    private static readonly Lazy<bool> Faster = new(() => HasInstructions && Share() <= LargestShare);

    /// <summary>Whether it does.</summary>
    public static bool AreFaster => Faster.Value;

    // Leaf 7: EDX bit 22 is AMX-BF16; EAX bit 5 of its second part is AVX512_BF16.
    private static bool HasInstructions =>
        X86Base.IsSupported && Avx512F.IsSupported && X86Base.CpuId(0, 0).Eax >= 7
        && ((X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0 || (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0);

    /// <summary>Time of a product in bfloat16, rounding of its input and result included, by that in float32: of either the fastest run, which others on the cores disturb least.</summary>
    private static double Share()
    {
        TorchRuntime.EnsureLoaded();
        var threads = get_num_threads();
        set_num_threads(1);
        try
        {
            return ShareOnThisThread();
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private static double ShareOnThisThread()
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var (x, weight) = (ones(256, 512), ones(1024, 512)); // a feed-forward layer's, of 8 s of speech in a small model
        var rounded = weight.to(ScalarType.BFloat16);
        var (single, half) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var run = 0; run < Runs; run++) // in turns, so that both see the same machine
        {
            single = Min(single, () => nn.functional.linear(x, weight));
            half = Min(half, () => nn.functional.linear(x.to(ScalarType.BFloat16), rounded).to(ScalarType.Float32));
        }

        return half / single;
    }

    private static TimeSpan Min(TimeSpan fastest, Func<Tensor> product)
    {
        using var scope = NewDisposeScope(); // so that the next run finds its memory
        var started = Stopwatch.GetTimestamp();
        product();
        var elapsed = Stopwatch.GetElapsedTime(started);
        return elapsed < fastest ? elapsed : fastest;
    }
}
