using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Recognition.Acoustic;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests;

/// <summary>A server adapts for months.</summary>
public sealed class MemoryTests(ITestOutputHelper output)
{
    [Fact]
    public async Task FiveHundredUtterancesOfMixedLength_LeaveNoTensorAndNoMemoryBehind()
    {
        using var model = TestModels.Open("spoken-numbers-en", out _);
        using var network = new Wav2Vec2Network(model);
        using var acoustic = new OnnxAcousticModel(model);
        using var threads = new AdaptationThreads(new AdaptationThreadOptions());
        var update = new FastUpdate(network, model, new FastUpdateOptions(), TimeProvider.System);
        var lengths = new Random(1);
        await AdaptAsync(100);
        var (tensorsBefore, residentBefore) = (LiveTensors.Settle(), AtRest());

        var highest = await AdaptAsync(400);

        var (tensorsAfter, residentAfter) = (Tensor.TotalCount, AtRest());
        output.WriteLine($"Tensors {tensorsBefore} -> {tensorsAfter}, resident {residentBefore / 1e6:f0} -> {residentAfter / 1e6:f0} MB, at most {highest / 1e6:f0}.");
        Assert.Equal(tensorsBefore, tensorsAfter);
        // Under glibc's defaults the same run grows by several hundred MB; .NET's own heap moves by some.
        Assert.InRange(residentAfter - residentBefore, long.MinValue, 48_000_000);
        // Sixteen pieces of work may pass before a look.
        Assert.InRange(highest - residentBefore, 0, TorchRuntime.GrowthToReturn + 160_000_000);

        static long AtRest()
        {
            TorchRuntime.ReturnFreedMemory();
            return Environment.WorkingSet;
        }

        // The highest resident memory after any of them.
        async Task<long> AdaptAsync(int count)
        {
            var most = 0L;
            for (var i = 0; i < count; i++)
            {
                var waveform = TestModels.Waveform(lengths.Next(8_000, 80_000), seed: i);
                acoustic.Run(waveform, null, CancellationToken.None);
                await threads.TryRun(() => update.Run(waveform, null, steps: 1, null, CancellationToken.None), CancellationToken.None)!;
                most = Math.Max(most, Environment.WorkingSet);
            }

            return most;
        }
    }

    [Fact]
    public void ReturnFreedMemoryIfGrown_GrownByLessThanItAllows_KeepsItForTheNext()
    {
        if (!OperatingSystem.IsLinux()) return;
        TorchRuntime.EnsureLoaded();
        TorchRuntime.ReturnFreedMemory();
        var before = Environment.WorkingSet;
        Grow(megabytes: 96);
        var grown = Environment.WorkingSet;

        TorchRuntime.ReturnFreedMemoryIfGrown();

        Assert.InRange(grown - before, 64_000_000, long.MaxValue);
        Assert.InRange(grown - Environment.WorkingSet, long.MinValue, 48_000_000);
    }

    [Fact]
    public void ReturnFreedMemoryIfGrown_GrownByMore_ReturnsIt()
    {
        if (!OperatingSystem.IsLinux()) return;
        TorchRuntime.EnsureLoaded();
        TorchRuntime.ReturnFreedMemory();
        Grow(megabytes: 384);
        var grown = Environment.WorkingSet;

        TorchRuntime.ReturnFreedMemoryIfGrown();

        Assert.InRange(grown - Environment.WorkingSet, 256_000_000, long.MaxValue);
    }

    /// <summary>Leaves freed memory in the heap of the C library.</summary>
    private static void Grow(int megabytes)
    {
        using var scope = NewDisposeScope();
        for (var i = 0; i < megabytes; i++) zeros(1 << 18);
    }
}
