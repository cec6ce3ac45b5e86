using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Adaptation.Revisions;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Slow;

/// <summary>One gradient step on the mean loss of several utterances, whose result is kept.</summary>
/// <remarks>
/// <para>Lin et al. 2024, arXiv 2406.11064, section 3.2. The optimizer's moments are carried from one slow update to the next.</para>
/// <para>The utterances' gradients are computed one after another and summed, so that memory is that of the longest utterance however many
/// there are. Thread-safe; synchronous, on the caller's thread.</para>
/// </remarks>
public sealed class SlowUpdate
{
    private readonly Wav2Vec2Network _network;
    private readonly AdaptationObjective _objective;
    private readonly FastUpdateOptions _options;
    private readonly ParameterSet _set;
    private readonly RequestPrecedence? _precedence;

    /// <param name="network">Not disposed.</param>
    /// <param name="model">The model that the network was made from.</param>
    /// <param name="options">Learning rate and parameter set; those of fast updates, which go on with the moments.</param>
    /// <param name="source">The model's own parameters of that set.</param>
    /// <param name="objective">What is minimised; by the options' name, without language, if null.</param>
    /// <param name="precedence">What each utterance gives way to; nothing if null.</param>
    public SlowUpdate(
        Wav2Vec2Network network,
        Model model,
        FastUpdateOptions options,
        AdaptableParameters source,
        AdaptationObjective? objective = null,
        RequestPrecedence? precedence = null)
    {
        _precedence = precedence;
        _network = network;
        _objective = objective ?? NamedObjectives.Create(options.Objective, model.Config.BlankId);
        _options = options;
        _set = ParameterSet.Parse(options.Parameters);
        Source = source;
    }

    /// <summary>The set that is adapted.</summary>
    public ParameterSet ParameterSet => _set;

    /// <summary>Where a domain starts from: the model's own parameters.</summary>
    public AdaptableParameters Source { get; }

    /// <summary>Makes one step.</summary>
    /// <param name="start">Slow parameters and moments; null for the model's own parameters. Not changed.</param>
    /// <param name="waveforms">Normalised samples at the model's rate, at least one utterance.</param>
    /// <param name="cancellationToken">Honoured between utterances.</param>
    /// <exception cref="ArgumentException">The start is of another parameter set or model, or there is no utterance.</exception>
    public SlowUpdateResult Run(
        AdaptationState? start, IReadOnlyList<ReadOnlyMemory<float>> waveforms, CancellationToken cancellationToken)
    {
        if (waveforms.Count == 0) throw new ArgumentException("A slow update needs at least one utterance.", nameof(waveforms));
        if (start is not null && start.Parameters.Layout != Source.Layout)
            throw new ArgumentException("The start belongs to another parameter set or model.", nameof(start));

        using var scope = NewDisposeScope();
        using var parameters = new ParameterTensors(start?.Parameters ?? Source, _network.KernelTapsFirst);
        using var optimizer = new AdamW(parameters, _options.LearningRate, _options.RepeatUpdatesPerEnclosingModule, start?.Moments);
        var gradients = zeros_like(parameters.Buffer); // (1, P)
        var losses = new List<double>(waveforms.Count);
        foreach (var waveform in waveforms)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _precedence?.GiveWay(cancellationToken);
            losses.Add(AddGradient(parameters, waveform, gradients, waveforms.Count));
        }

        var norm = gradients.RowNorms().item<float>();
        optimizer.Step(parameters, gradients);
        return new SlowUpdateResult(new AdaptationState(parameters.ToParameters(0), optimizer.ToMoments(0)), losses, norm);
    }

    private double AddGradient(ParameterTensors parameters, ReadOnlyMemory<float> waveform, Tensor gradients, int utterances)
    {
        using var scope = NewDisposeScope();
        using var pass = new AdaptationPass(_network, _set, waveform);
        var loss = _objective(pass.Forward(parameters), pass.FrameCounts).Loss.sum();
        gradients.Accumulate(parameters.Gradients(loss.Over(utterances)));
        return loss.item<float>();
    }
}
