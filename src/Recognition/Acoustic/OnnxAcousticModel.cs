using Attune.Recognition.Graph;
using Attune.Recognition.Models;
using Microsoft.ML.OnnxRuntime;

namespace Attune.Recognition.Acoustic;

/// <summary>The frozen forward pass: normalised waveform in, logits out, with any revision of the adaptable parameters.</summary>
/// <remarks>
/// One session serves the model itself and all revisions. Thread-safe; concurrent calls share threads, as a rule also those of other sessions. The owner
/// disposes it after the last call has returned, and the <see cref="Model"/> after it.
/// </remarks>
public sealed class OnnxAcousticModel : IDisposable
{
    private readonly Model _model;
    private readonly InferenceSession _session;
    private readonly ParameterLayout? _adaptable;

    /// <summary>Writes the graph and opens a session on it.</summary>
    /// <param name="model">Configuration and weights; not disposed.</param>
    /// <param name="set">Parameters that <c>Run</c> accepts values for; null for none.</param>
    /// <param name="topLayers">K above 0: <see cref="RunWithHidden"/> gives the hidden states below the last K layers.</param>
    /// <param name="options">Threads and packing; defaults if null.</param>
    public OnnxAcousticModel(Model model, ParameterSet? set = null, int topLayers = 0, OnnxOptions? options = null)
        : this(model, set is null ? null : AdaptableParameters.Source(model, set), topLayers, options ?? new OnnxOptions(), ownThreads: false)
    {
    }

    /// <summary>Opens a session that takes values as another one does.</summary>
    /// <param name="model">Configuration and weights; not disposed.</param>
    /// <param name="source">The other's <see cref="Source"/>.</param>
    /// <param name="options">Threads and packing.</param>
    /// <param name="ownThreads">Whether it keeps off the threads that other sessions share, so that these never wait for it.</param>
    public OnnxAcousticModel(Model model, AdaptableParameters source, OnnxOptions options, bool ownThreads)
        : this(model, source, topLayers: 0, options, ownThreads)
    {
    }

    private OnnxAcousticModel(Model model, AdaptableParameters? source, int topLayers, OnnxOptions options, bool ownThreads)
    {
        if (topLayers < 0 || topLayers > model.Config.LayerCount)
        {
            throw new ArgumentOutOfRangeException(
                nameof(topLayers), topLayers, $"Top layers must be from 0 to the model's {model.Config.LayerCount}.");
        }

        _model = model;
        Source = source;
        _adaptable = Source?.Layout;
        TopLayers = topLayers;
        using var sessionOptions = OnnxSession.CreateOptions(model.Weights, options, ownThreads);
        _session = new InferenceSession(Wav2Vec2Graph.Write(model, Source, topLayers), sessionOptions);
    }

    /// <summary>The model's own values of the adaptable parameters; null if there are none.</summary>
    public AdaptableParameters? Source { get; }

    /// <summary>K of <see cref="RunWithHidden"/>; 0 if it is not offered.</summary>
    public int TopLayers { get; }

    /// <summary>Logits of one utterance.</summary>
    /// <param name="waveform">Normalised samples at the model's rate, at least <see cref="ModelConfig.MinimumSamples"/>.</param>
    /// <param name="parameters">A revision of the adaptable parameters; null for the model's own.</param>
    /// <param name="cancellationToken">Ends the pass between two operators.</param>
    /// <returns>Shape (T', V).</returns>
    /// <exception cref="ArgumentException">The waveform is too short, or the parameters are of another set than this session's.</exception>
    public Logits Run(ReadOnlyMemory<float> waveform, AdaptableParameters? parameters, CancellationToken cancellationToken)
    {
        using var outputs = Compute(waveform, parameters, [Wav2Vec2Graph.LogitsOutput], cancellationToken);
        return ToLogits(outputs[0]);
    }

    /// <summary>Logits, and what enters the last <see cref="TopLayers"/> layers.</summary>
    /// <inheritdoc cref="Run(ReadOnlyMemory{float}, AdaptableParameters?, CancellationToken)"/>
    /// <exception cref="InvalidOperationException">The session was opened without hidden states.</exception>
    public (Logits Logits, HiddenStates Hidden) RunWithHidden(
        ReadOnlyMemory<float> waveform, AdaptableParameters? parameters, CancellationToken cancellationToken)
    {
        if (TopLayers == 0) throw new InvalidOperationException("The session was opened without hidden states: give topLayers.");

        string[] names = [Wav2Vec2Graph.LogitsOutput, Wav2Vec2Graph.HiddenOutput(TopLayers)];
        using var outputs = Compute(waveform, parameters, names, cancellationToken);
        var hidden = outputs[1].GetTensorDataAsSpan<float>().ToArray();
        return (ToLogits(outputs[0]), new HiddenStates(hidden, _model.Config.HiddenSize, TopLayers));
    }

    public void Dispose() => _session.Dispose();

    private IDisposableReadOnlyCollection<OrtValue> Compute(
        ReadOnlyMemory<float> waveform, AdaptableParameters? parameters, string[] outputs, CancellationToken cancellationToken)
    {
        if (waveform.Length < _model.Config.MinimumSamples)
        {
            throw new ArgumentException(
                $"The model needs at least {_model.Config.MinimumSamples} samples. Given: {waveform.Length}.", nameof(waveform));
        }

        if (parameters is not null && parameters.Layout != _adaptable)
            throw new ArgumentException("The parameters belong to another session or parameter set.", nameof(parameters));

        var names = new List<string> { Wav2Vec2Graph.Waveform };
        var values = new List<OrtValue> { OnnxSession.Tensor(waveform, 1, waveform.Length) };
        try
        {
            foreach (var slice in parameters?.Layout.Slices ?? [])
            {
                names.Add(slice.Parameter.Name);
                values.Add(OnnxSession.Tensor(parameters![slice], [.. slice.Parameter.Shape]));
            }

            return OnnxSession.Run(_session, names, values, outputs, cancellationToken);
        }
        finally
        {
            foreach (var value in values) value.Dispose();
        }
    }

    private Logits ToLogits(OrtValue value) => new(value.GetTensorDataAsSpan<float>().ToArray(), _model.Config.VocabularySize);
}
