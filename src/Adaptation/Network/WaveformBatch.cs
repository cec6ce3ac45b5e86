using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Attune.Adaptation.Network;

/// <summary>Normalised waveforms of N utterances, padded with zeros to the longest.</summary>
/// <remarks>Owns its tensor; dispose it after use.</remarks>
public sealed class WaveformBatch : IDisposable
{
    /// <param name="waveforms">Normalised samples at the model's rate, one for each utterance.</param>
    public WaveformBatch(IReadOnlyList<ReadOnlyMemory<float>> waveforms)
    {
        if (waveforms.Count == 0) throw new ArgumentException("A batch needs at least one utterance.", nameof(waveforms));

        TorchRuntime.EnsureLoaded();
        SampleCounts = [.. waveforms.Select(waveform => waveform.Length)];
        var longest = SampleCounts.Max();
        using var scope = NewDisposeScope();
        var samples = zeros(waveforms.Count, longest);
        var target = MemoryMarshal.Cast<byte, float>(samples.bytes);
        for (var row = 0; row < waveforms.Count; row++) waveforms[row].Span.CopyTo(target[(row * longest)..]);
        Samples = samples.to(TorchRuntime.Device).DetachFromDisposeScope();
    }

    /// <summary>Shape (N, S), float32.</summary>
    public Tensor Samples { get; }

    /// <summary>Samples of each utterance before padding.</summary>
    public IReadOnlyList<int> SampleCounts { get; }

    public void Dispose() => Samples.Dispose();
}
