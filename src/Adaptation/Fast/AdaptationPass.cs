using System.Runtime.InteropServices;
using Attune.Adaptation.Network;
using Attune.Recognition.Acoustic;
using static TorchSharp.torch;

namespace Attune.Adaptation.Fast;

/// <summary>The part of one utterance's forward pass that changes with the adaptable parameters; what does not is computed once.</summary>
/// <remarks>Belongs to one thread. Dispose it after the last <see cref="Forward"/>; the parameters are not disposed.</remarks>
internal sealed class AdaptationPass : IDisposable
{
    private readonly Func<Tensor> _forward;
    private readonly IDisposable _owned;

    /// <param name="network">Not disposed.</param>
    /// <param name="set">The set that the parameters are of.</param>
    /// <param name="parameters">Read at each pass.</param>
    /// <param name="waveform">Normalised samples at the model's rate.</param>
    /// <param name="hidden">What the last K layers take, if it is known; null to compute it here.</param>
    public AdaptationPass(
        Wav2Vec2Network network, ParameterSet set, ParameterTensors parameters, ReadOnlyMemory<float> waveform, HiddenStates? hidden)
    {
        if (set.TopLayers == 0)
        {
            var whole = new WaveformBatch([waveform]);
            _owned = whole;
            _forward = () => network.Forward(parameters, whole);
            FrameCounts = network.FrameCounts(whole);
            return;
        }

        var states = hidden is { } given && given.TopLayers == set.TopLayers ? ToTensor(given) : Prefix(network, set, waveform);
        int[] counts = [(int)states.shape[1]];
        _owned = states;
        _forward = () => network.Suffix(parameters, states, counts, set.TopLayers);
        FrameCounts = counts;
    }

    /// <summary>Frames T' of the utterance; one entry.</summary>
    public IReadOnlyList<int> FrameCounts { get; }

    /// <summary>Logits, shape (1, T', V). The caller's scope disposes.</summary>
    public Tensor Forward() => _forward();

    public void Dispose() => _owned.Dispose();

    private static Tensor Prefix(Wav2Vec2Network network, ParameterSet set, ReadOnlyMemory<float> waveform)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        using var batch = new WaveformBatch([waveform]);
        return network.Prefix(null, batch, set.TopLayers).DetachFromDisposeScope();
    }

    private static Tensor ToTensor(HiddenStates hidden)
    {
        using var scope = NewDisposeScope();
        var states = empty(1, hidden.FrameCount, hidden.HiddenSize, dtype: ScalarType.Float32);
        hidden.Values.Span.CopyTo(MemoryMarshal.Cast<byte, float>(states.bytes));
        return states.to(TorchRuntime.Device).DetachFromDisposeScope();
    }
}
