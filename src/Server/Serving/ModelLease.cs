using Attune.Adaptation;
using Attune.Recognition.Decoding;
using Attune.Server.Domains;

namespace Attune.Server.Serving;

/// <summary>The model that one request uses from its beginning to its end, whatever is activated meanwhile. Disposed once, by the request.</summary>
internal sealed class ModelLease : IDisposable
{
    private readonly LoadedModel _model;

    /// <param name="model">Already entered.</param>
    public ModelLease(LoadedModel model) => _model = model;

    public LoadedModel Model => _model;

    public AdaptiveRecognizer Recognizer => _model.Recognizer;

    public BeamDecoders Decoders => _model.Decoders;

    public ModelDomains Domains => _model.Domains;

    /// <summary>Cancelled when another model serves; this one stays until the lease ends.</summary>
    public CancellationToken Retired => _model.Retired;

    /// <summary>Id of the checkpoint; null for the configured model.</summary>
    public string? Checkpoint => _model.Checkpoint;

    /// <summary>Rate of the samples that the model hears.</summary>
    public int SampleRateHz => Recognizer.Model.Preprocessing.SampleRateHz;

    public void Dispose() => _model.Leave();
}
