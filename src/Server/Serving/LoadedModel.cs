using Attune.Adaptation;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;
using Attune.Server.Domains;

namespace Attune.Server.Serving;

/// <summary>A speech model with everything that recognises with it: session, network, domains.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class LoadedModel : SharedModel
{
    private readonly Model _model;

    /// <param name="model">Owned.</param>
    /// <param name="recognizer">Owned.</param>
    /// <param name="decoders">What makes decoders for its requests.</param>
    /// <param name="domains">What its domains learnt.</param>
    /// <param name="checkpoint">Id of the checkpoint; null for the configured model.</param>
    public LoadedModel(Model model, AdaptiveRecognizer recognizer, BeamDecoders decoders, ModelDomains domains, string? checkpoint)
        : base(checkpoint) => (_model, Recognizer, Decoders, Domains) = (model, recognizer, decoders, domains);

    public AdaptiveRecognizer Recognizer { get; }

    public BeamDecoders Decoders { get; }

    public ModelDomains Domains { get; }

    protected override void Release()
    {
        Recognizer.Dispose();
        _model.Dispose();
    }
}
