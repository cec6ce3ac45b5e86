using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Adaptation.Revisions;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Strategies;

/// <summary>AWMC: an anchor that stays, a chaser that learns and a leader that recognises. For comparison; nothing serves with it.</summary>
/// <remarks>
/// <para>"AWMC: Online Test-time Adaptation without Mode Collapse for Continual Adaptation", ASRU 2023. For each utterance: (1) the anchor, which is
/// the model itself, and the leader recognise it; (2) the chaser makes one AdamW step on the mean of the CTC losses to both transcripts;
/// (3) the leader's task vector, its weights minus the anchor's, goes towards the chaser's by an exponential mean; (4) the leader
/// recognises the utterance. A transcript without symbols is not learnt from.</para>
/// <para>Not thread-safe. The owner disposes it, and the model after it.</para>
/// </remarks>
public sealed class AnchoredDomain : IDisposable
{
    private readonly Model _model;
    private readonly AnchoredOptions _options;
    private readonly ParameterSet _set;
    private readonly OnnxAcousticModel _acousticModel;
    private readonly Recognizer _recognizer;
    private readonly Wav2Vec2Network _network;
    private readonly CtcObjective _ctc;
    private readonly AdaptationThreads _threads;
    private AdaptationState _chaser;

    /// <param name="model">Not disposed.</param>
    /// <param name="options">Learning rate, decay, parameter set.</param>
    /// <param name="onnxOptions">Threads of forward passes.</param>
    /// <param name="threads">libtorch threads of a step; 0 for the default.</param>
    /// <exception cref="ArgumentException">The parameter set does not exist, or asks for more layers than the model has.</exception>
    /// <exception cref="PlatformNotSupportedException">libtorch cannot be loaded here.</exception>
    public AnchoredDomain(Model model, AnchoredOptions options, OnnxOptions onnxOptions, int threads)
    {
        _model = model;
        _options = options;
        _set = ParameterSet.Parse(options.Parameters);
        _acousticModel = new OnnxAcousticModel(model, _set, topLayers: 0, onnxOptions);
        _recognizer = new Recognizer(model, _acousticModel);
        _network = new Wav2Vec2Network(model);
        _ctc = new CtcObjective(model.Config.BlankId);
        _threads = new AdaptationThreads(new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = threads });
        Anchor = Leader = _acousticModel.Source!; // it was opened with a set
        _chaser = new AdaptationState(Anchor);
    }

    /// <summary>The model's own parameters.</summary>
    public AdaptableParameters Anchor { get; }

    /// <summary>The parameters that recognise.</summary>
    public AdaptableParameters Leader { get; private set; }

    /// <summary>Recognises the next utterance and learns from it.</summary>
    /// <param name="samples">At the model's rate.</param>
    /// <param name="cancellationToken">Honoured between passes; a cancelled stream must not be gone on with.</param>
    /// <exception cref="Recognition.Audio.AudioException">The utterance is too short for one frame.</exception>
    public async Task<Transcript> NextAsync(ReadOnlyMemory<float> samples, CancellationToken cancellationToken)
    {
        var anchor = _recognizer.Recognize(samples, default, Anchor, cancellationToken);
        var leader = _recognizer.Recognize(samples, default, Leader, cancellationToken);
        int[][] transcripts = [.. new[] { Labels(anchor.Logits), Labels(leader.Logits) }.Where(labels => labels.Length > 0)];
        if (transcripts.Length == 0) return leader.Transcript;

        _chaser = await _threads.TryRun(() => Step(_chaser, anchor.Waveform, transcripts), cancellationToken)!; // only one is ever queued
        Leader = Follow(Anchor.Values.Span, Leader.Values.Span, _chaser.Parameters.Values.Span);
        return Recall(samples, cancellationToken);
    }

    /// <summary>Recognises by the leader, without learning.</summary>
    public Transcript Recall(ReadOnlyMemory<float> samples, CancellationToken cancellationToken) =>
        _recognizer.Recognize(samples, default, Leader, cancellationToken).Transcript;

    public void Dispose()
    {
        _threads.Dispose();
        _acousticModel.Dispose();
        _network.Dispose();
    }

    private AdaptationState Step(AdaptationState start, ReadOnlyMemory<float> waveform, int[][] transcripts)
    {
        using var scope = NewDisposeScope();
        using var parameters = new ParameterTensors(start.Parameters, _network.KernelTapsFirst);
        using var optimizer = new AdamW(parameters, _options.LearningRate, repeatUpdatesPerEnclosingModule: false, start.Moments);
        using var pass = new AdaptationPass(_network, _set, waveform);
        var logits = pass.Forward(parameters); // (1, T', V)
        var losses = transcripts.Select(labels => _ctc.Evaluate(logits, pass.FrameCounts, [labels])).ToArray();
        optimizer.Step(parameters, parameters.Gradients(stack(losses).mean()));
        return new AdaptationState(parameters.ToParameters(0), optimizer.ToMoments(0));
    }

    private AdaptableParameters Follow(ReadOnlySpan<float> anchor, ReadOnlySpan<float> leader, ReadOnlySpan<float> chaser)
    {
        var decay = (float)_options.LeaderDecay;
        var values = new float[anchor.Length];
        for (var i = 0; i < values.Length; i++) values[i] = anchor[i] + (decay * (leader[i] - anchor[i])) + ((1 - decay) * (chaser[i] - anchor[i]));
        return new AdaptableParameters(Anchor.Layout, values);
    }

    /// <summary>The most probable symbols, repetitions merged and blanks dropped.</summary>
    private int[] Labels(Logits logits)
    {
        var symbols = Enumerable.Range(0, logits.FrameCount).Select(logits.MostProbable).ToArray();
        return [.. symbols.Where((symbol, i) => symbol != _model.Config.BlankId && (i == 0 || symbol != symbols[i - 1]))];
    }
}
