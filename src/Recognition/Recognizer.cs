using Attune.Recognition.Acoustic;
using Attune.Recognition.Audio;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;

namespace Attune.Recognition;

/// <summary>Recognises one utterance with the weights as they are: what every request gets first.</summary>
/// <remarks>
/// (1) check that the waveform is at the model's rate and long enough for one frame; (2) normalise it, if the model asks for it;
/// (3) forward pass in ONNX Runtime, with a revision's parameters if there is one; (4) best-path decoding. Thread-safe.
/// </remarks>
/// <param name="model">Configuration, vocabulary and preprocessing.</param>
/// <param name="acousticModel">A session on the same model; not disposed.</param>
public sealed class Recognizer(Model model, OnnxAcousticModel acousticModel)
{
    private readonly GreedyDecoder _decoder = new(
        model.Vocabulary, TimeSpan.FromSeconds((double)model.Config.SamplesPerFrame / model.Preprocessing.SampleRateHz));

    /// <summary>Recognises one utterance.</summary>
    /// <param name="samples">Samples at the model's rate.</param>
    /// <param name="offset">Where the utterance starts in its recording; added to word times.</param>
    /// <param name="parameters">A revision of the adaptable parameters; null for the model's own.</param>
    /// <param name="cancellationToken">Ends the forward pass between two operators.</param>
    /// <exception cref="AudioException">There are too few samples for one frame.</exception>
    public Draft Recognize(
        ReadOnlyMemory<float> samples, TimeSpan offset, AdaptableParameters? parameters, CancellationToken cancellationToken)
    {
        if (samples.Length < model.Config.MinimumSamples)
        {
            var rate = model.Preprocessing.SampleRateHz;
            throw new AudioException(
                AudioError.TooShort,
                $"The model needs at least {model.Config.MinimumSamples} samples at {rate} Hz "
                + $"({1000.0 * model.Config.MinimumSamples / rate:0.#} ms). Given: {samples.Length}. Send a longer recording.");
        }

        var waveform = model.Preprocessing.Apply(samples);
        if (acousticModel.TopLayers == 0)
        {
            var logits = acousticModel.Run(waveform, parameters, cancellationToken);
            return new Draft(waveform, logits, Hidden: null, Decode(logits, offset));
        }

        var (draft, hidden) = acousticModel.RunWithHidden(waveform, parameters, cancellationToken);
        return new Draft(waveform, draft, hidden, Decode(draft, offset));
    }

    /// <summary>The logits of a piece of audio, without a transcript: what a stream listens with while it goes on.</summary>
    /// <param name="samples">Samples at the model's rate, at least as many as one frame needs.</param>
    /// <param name="parameters">A revision of the adaptable parameters; null for the model's own.</param>
    /// <param name="cancellationToken">Ends the forward pass between two operators.</param>
    public Logits Listen(ReadOnlyMemory<float> samples, AdaptableParameters? parameters, CancellationToken cancellationToken) =>
        acousticModel.Run(model.Preprocessing.Apply(samples), parameters, cancellationToken);

    /// <summary>The transcript of logits of this model.</summary>
    public Transcript Decode(Logits logits, TimeSpan offset) => _decoder.Decode(logits, offset);
}
