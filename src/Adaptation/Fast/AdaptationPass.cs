using System.Runtime.InteropServices;
using Attune.Adaptation.Network;
using Attune.Recognition.Acoustic;
using static TorchSharp.torch;

namespace Attune.Adaptation.Fast;

/// <summary>The part of the forward pass of N utterances that changes with the adaptable parameters; what does not is computed once.</summary>
/// <remarks>Belongs to one thread. Dispose it after the last <see cref="Forward"/>.</remarks>
internal sealed class AdaptationPass : IDisposable
{
    private readonly Wav2Vec2Network _network;
    private readonly ParameterSet _set;
    private readonly IReadOnlyList<ReadOnlyMemory<float>> _waveforms;
    private readonly WaveformBatch? _whole;
    private readonly Tensor? _states; // (N, T', D)

    /// <param name="network">Not disposed.</param>
    /// <param name="set">The set that the parameters are of.</param>
    /// <param name="waveforms">Normalised samples of each utterance at the model's rate.</param>
    /// <param name="hidden">What the last K layers take, of each utterance; computed here if it is not known of all.</param>
    public AdaptationPass(
        Wav2Vec2Network network, ParameterSet set, IReadOnlyList<ReadOnlyMemory<float>> waveforms, IReadOnlyList<HiddenStates?> hidden)
    {
        _network = network;
        _set = set;
        _waveforms = waveforms;
        if (set.TopLayers == 0)
        {
            _whole = new WaveformBatch(waveforms);
            FrameCounts = network.FrameCounts(_whole);
            return;
        }

        HiddenStates[] known = [.. hidden.OfType<HiddenStates>().Where(states => states.TopLayers == set.TopLayers)];
        (_states, FrameCounts) = known.Length == waveforms.Count ? ToTensor(known) : Prefix(network, set, waveforms);
    }

    public AdaptationPass(Wav2Vec2Network network, ParameterSet set, ReadOnlyMemory<float> waveform)
        : this(network, set, [waveform], [null])
    {
    }

    private AdaptationPass(AdaptationPass all, IReadOnlyList<int> rows)
    {
        _network = all._network;
        _set = all._set;
        _waveforms = [.. rows.Select(row => all._waveforms[row])];
        FrameCounts = [.. rows.Select(row => all.FrameCounts[row])];
        if (all._states is null) _whole = new WaveformBatch(_waveforms);
        else _states = all._states.narrow(1, 0, FrameCounts.Max()).Rows(rows).DetachFromDisposeScope();
    }

    /// <summary>Frames T' of each utterance.</summary>
    public IReadOnlyList<int> FrameCounts { get; }

    /// <summary>Logits, shape (N, T', V). The caller's scope disposes.</summary>
    /// <param name="parameters">Of each utterance.</param>
    /// <param name="rounded">Whether it multiplies in bfloat16. Default false.</param>
    public Tensor Forward(ParameterTensors parameters, bool rounded = false) => _states is null
        ? _network.Forward(parameters, _whole!, rounded: rounded)
        : _network.Suffix(parameters, _states, FrameCounts, _set.TopLayers, rounded);

    /// <summary>Normalised samples of an utterance.</summary>
    /// <param name="row">Its number.</param>
    public ReadOnlyMemory<float> Waveform(int row) => _waveforms[row];

    /// <summary>The pass of some of the utterances, padded no longer than these need.</summary>
    /// <param name="rows">Their numbers, at least one.</param>
    /// <returns>The caller disposes.</returns>
    public AdaptationPass Select(IReadOnlyList<int> rows)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        return new AdaptationPass(this, rows);
    }

    public void Dispose()
    {
        _whole?.Dispose();
        _states?.Dispose();
    }

    private static (Tensor States, IReadOnlyList<int> FrameCounts) Prefix(
        Wav2Vec2Network network, ParameterSet set, IReadOnlyList<ReadOnlyMemory<float>> waveforms)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        using var batch = new WaveformBatch(waveforms);
        return (network.Prefix(null, batch, set.TopLayers).DetachFromDisposeScope(), network.FrameCounts(batch));
    }

    private static (Tensor States, IReadOnlyList<int> FrameCounts) ToTensor(HiddenStates[] hidden)
    {
        using var scope = NewDisposeScope();
        int[] counts = [.. hidden.Select(states => states.FrameCount)];
        var longest = counts.Max() * hidden[0].HiddenSize;
        var states = zeros(hidden.Length, counts.Max(), hidden[0].HiddenSize, dtype: ScalarType.Float32);
        var target = MemoryMarshal.Cast<byte, float>(states.bytes);
        for (var row = 0; row < hidden.Length; row++) hidden[row].Values.Span.CopyTo(target[(row * longest)..]);
        return (states.to(TorchRuntime.Device).DetachFromDisposeScope(), counts);
    }
}
