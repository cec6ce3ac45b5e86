using System.Runtime.CompilerServices;
using Attune.Adaptation;
using Attune.Adaptation.Objectives;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Audio;
using Attune.Recognition.Decoding;
using Attune.Recognition.Language;
using Attune.Recognition.Models;

namespace Attune.Cli.Transcription;

/// <summary>The model with what recognises by it: with adaptation, or in ONNX Runtime alone.</summary>
/// <remarks>Without adaptation libtorch is never loaded, so that drafts need no more than ONNX Runtime.</remarks>
internal sealed class SpeechEngine : IDisposable
{
    private readonly Model _model;
    private readonly IDisposable _recognizer;
    private readonly Func<Waveform, CancellationToken, Task<IReadOnlyList<RecognizedUtterance>>> _recognize;

    private SpeechEngine(
        Model model, IDisposable recognizer, Func<Waveform, CancellationToken, Task<IReadOnlyList<RecognizedUtterance>>> recognize)
    {
        _model = model;
        _recognizer = recognizer;
        _recognize = recognize;
    }

    /// <summary>Rate that waveforms must have.</summary>
    public int SampleRateHz => _model.Preprocessing.SampleRateHz;

    /// <summary>Opens the model. The caller disposes.</summary>
    /// <exception cref="ModelException">The model cannot be used.</exception>
    /// <exception cref="ArgumentException">The parameter set asks for more layers than the model has, or the model cannot write a hotword.</exception>
    /// <exception cref="LanguageModelException">The language model cannot be used.</exception>
    /// <exception cref="PlatformNotSupportedException">libtorch cannot be loaded here.</exception>
    public static SpeechEngine Open(TranscribeSettings settings, TimeProvider time)
    {
        var model = Model.Open(new RecognitionOptions { Model = settings.Model }.ResolveModel());
        try
        {
            var background = settings.Decoding.LanguageModel is { } path ? ArpaReader.Read(path) : null;
            var decoders = new BeamDecoders(model, settings.Decoding, background);
            var decoder = decoders.Create(settings.DecodingRequest, decoders.Background);
            return settings.Adapt ? WithAdaptation(model, decoders, decoder, settings, time) : WithoutAdaptation(model, decoder, settings);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Recognises a recording.</summary>
    /// <exception cref="AudioException">It is too short.</exception>
    public Task<IReadOnlyList<RecognizedUtterance>> RecognizeAsync(Waveform waveform, CancellationToken cancellationToken) =>
        _recognize(waveform, cancellationToken);

    public void Dispose()
    {
        _recognizer.Dispose();
        _model.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SpeechEngine WithAdaptation(Model model, BeamDecoders decoders, BeamDecoder? decoder, TranscribeSettings settings, TimeProvider time)
    {
        ParameterSet.Parse(settings.Fast.Parameters).In(model.Layout, model.Config); // refused before libtorch is loaded
        var recognizer = new AdaptiveRecognizer(
            model,
            new RecognitionOptions(),
            new OnnxOptions { Threads = settings.Threads },
            settings.Fast,
            new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = settings.Threads }, // files come one after another
            time,
            objective: NamedObjectives.Create(settings.Fast.Objective, model.Config.BlankId, decoders));
        var request = new AdaptationRequest(LatencyBudget: settings.Budget) { Decoder = decoder };
        return new SpeechEngine(
            model, recognizer, (waveform, cancellationToken) => recognizer.RecognizeAsync(waveform, request, cancellationToken));
    }

    private static SpeechEngine WithoutAdaptation(Model model, BeamDecoder? decoder, TranscribeSettings settings)
    {
        var acousticModel = new OnnxAcousticModel(model, options: new OnnxOptions { Threads = settings.Threads });
        var recognizer = new Recognizer(model, acousticModel);
        return new SpeechEngine(
            model,
            acousticModel,
            (waveform, cancellationToken) => Task.FromResult<IReadOnlyList<RecognizedUtterance>>(Draft(recognizer, decoder, waveform, cancellationToken)));
    }

    private static List<RecognizedUtterance> Draft(Recognizer recognizer, BeamDecoder? decoder, Waveform waveform, CancellationToken cancellationToken)
    {
        var utterances = new List<RecognizedUtterance>();
        foreach (var segment in UtteranceSplitter.Split(waveform, new RecognitionOptions().MaxUtterance))
        {
            var start = TimeSpan.FromSeconds((double)segment.StartSample / waveform.SampleRateHz);
            var duration = TimeSpan.FromSeconds((double)segment.Length / waveform.SampleRateHz);
            var samples = waveform.Samples.AsMemory(segment.StartSample, segment.Length);
            var draft = recognizer.Recognize(samples, start, parameters: null, cancellationToken);
            utterances.Add(new(start, duration, draft.Transcript, draft.Transcript, AdaptationReport.Skipped(AdaptationOutcome.NotRequested))
            {
                Alternatives = decoder?.Decode(draft.Logits, start) ?? [],
            });
        }

        return utterances;
    }
}
