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
        Samples = zeros(waveforms.Count, longest).DetachFromDisposeScope();
        var target = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(Samples.bytes);
        for (var row = 0; row < waveforms.Count; row++) waveforms[row].Span.CopyTo(target[(row * longest)..]);
    }

    /// <summary>Shape (N, S), float32.</summary>
    public Tensor Samples { get; }

    /// <summary>Samples of each utterance before padding.</summary>
    public IReadOnlyList<int> SampleCounts { get; }

    public void Dispose() => Samples.Dispose();
}
