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
        var (tensorsBefore, residentBefore) = (LiveTensors.Settle(), Environment.WorkingSet);

        await AdaptAsync(400);

        var (tensorsAfter, residentAfter) = (Tensor.TotalCount, Environment.WorkingSet);
        output.WriteLine($"Tensors {tensorsBefore} -> {tensorsAfter}, resident {residentBefore / 1e6:f0} -> {residentAfter / 1e6:f0} MB.");
        Assert.Equal(tensorsBefore, tensorsAfter);
        // Under glibc's defaults the same run grows by several hundred MB; .NET's own heap moves by some.
        Assert.InRange(residentAfter - residentBefore, long.MinValue, 48_000_000);

        async Task AdaptAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var waveform = TestModels.Waveform(lengths.Next(8_000, 80_000), seed: i);
                acoustic.Run(waveform, null, CancellationToken.None);
                await threads.TryRun(() => update.Run(waveform, null, steps: 1, null, CancellationToken.None), CancellationToken.None)!;
            }
        }
    }
}
