using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Adaptation.Revisions;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Fast;

/// <summary>SUTA: a few gradient steps on one utterance without its transcript, whose result serves that utterance only.</summary>
/// <remarks>
/// <para>Lin, Li and Lee 2022, arXiv 2203.14222. From the starting parameters: (1) forward pass and objective; (2) gradient;
/// (3) AdamW step; repeated; then (4) a last forward pass with the adapted parameters.</para>
/// <para>Where the parameter set is <c>top-K</c>, everything below the last K layers is computed once, by the caller's ONNX session
/// if it hands the hidden states over, and only the top is repeated.</para>
/// <para>A non-finite loss or gradient ends the steps, since nothing after it can be a number. An all-blank utterance goes on with
/// class confusion alone, as published; what is served then is the caller's decision.</para>
/// <para>Thread-safe: nothing is changed but what belongs to the call. Synchronous, on the caller's thread.</para>
/// </remarks>
public sealed class FastUpdate
{
    private readonly Wav2Vec2Network _network;
    private readonly AdaptationObjective _objective;
    private readonly FastUpdateOptions _options;
    private readonly ParameterSet _set;
    private readonly ModelConfig _config;
    private readonly int _sampleRateHz;
    private readonly TimeProvider _time;

    /// <param name="network">Not disposed.</param>
    /// <param name="model">The model that the network was made from.</param>
    /// <param name="options">Learning rate and parameter set; the number of steps is the call's.</param>
    /// <param name="time">Clock of the budget and of the steps' times.</param>
    /// <param name="source">The model's own parameters of that set, if the caller has them already.</param>
    /// <param name="objective">What is minimised; SUTA's if null.</param>
    /// <exception cref="ArgumentException">The parameter set does not exist, or asks for more layers than the model has.</exception>
    public FastUpdate(
        Wav2Vec2Network network,
        Model model,
        FastUpdateOptions options,
        TimeProvider time,
        AdaptableParameters? source = null,
        AdaptationObjective? objective = null)
    {
        _network = network;
        _objective = objective ?? new SutaObjective(model.Config.BlankId).Evaluate;
        _options = options;
        _config = model.Config;
        _sampleRateHz = model.Preprocessing.SampleRateHz;
        _time = time;
        _set = ParameterSet.Parse(options.Parameters);
        Source = source ?? AdaptableParameters.Source(model, _set);
    }

    /// <summary>Where an utterance starts from if its domain has learnt nothing: the model's own parameters.</summary>
    public AdaptableParameters Source { get; }

    /// <summary>What steps cost here.</summary>
    public StepCosts Costs { get; } = new();

    /// <summary>The set that is adapted.</summary>
    public ParameterSet ParameterSet => _set;

    /// <summary>What is minimised.</summary>
    internal AdaptationObjective Objective => _objective;

    /// <summary>Adapts to one utterance and recognises it, starting from the model's own parameters.</summary>
    /// <inheritdoc cref="Run(AdaptationState?, ReadOnlyMemory{float}, HiddenStates?, int, TimeSpan?, CancellationToken)"/>
    public FastUpdateResult? Run(
        ReadOnlyMemory<float> waveform, HiddenStates? hidden, int steps, TimeSpan? budget, CancellationToken cancellationToken) =>
        Run(start: null, waveform, hidden, steps, budget, cancellationToken);

    /// <summary>Adapts to one utterance and recognises it.</summary>
    /// <param name="start">Parameters and moments of the utterance's domain; null for the model's own parameters. Not changed.</param>
    /// <param name="waveform">Normalised samples at the model's rate.</param>
    /// <param name="hidden">What the last K layers take, from the draft's forward pass; null to compute it here.</param>
    /// <param name="steps">Gradient steps, from 0.</param>
    /// <param name="budget">
    /// Time for everything, the last forward pass included; null for as long as it takes. A step that would probably overrun it,
    /// judged by the longest so far and the first by <see cref="Costs"/>, is not begun.
    /// </param>
    /// <param name="cancellationToken">Honoured between steps.</param>
    /// <returns>What was found; null if the budget has no room for the first step.</returns>
    /// <exception cref="ArgumentException">The start is of another parameter set or model.</exception>
    public FastUpdateResult? Run(
        AdaptationState? start,
        ReadOnlyMemory<float> waveform,
        HiddenStates? hidden,
        int steps,
        TimeSpan? budget,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        var started = _time.GetTimestamp();
        if (start is not null && start.Parameters.Layout != Source.Layout)
            throw new ArgumentException("The start belongs to another parameter set or model.", nameof(start));
        var audio = TimeSpan.FromSeconds((double)waveform.Length / _sampleRateHz);
        if (budget <= TimeSpan.Zero) return null;
        if (budget < WithFinal(Costs.Predict(audio)))
        {
            Costs.Doubt(audio);
            return null;
        }

        using var scope = NewDisposeScope();
        using var parameters = new ParameterTensors(start?.Parameters ?? Source);
        using var optimizer = new AdamW(parameters, _options.LearningRate, _options.RepeatUpdatesPerEnclosingModule, start?.Moments);
        using var pass = new AdaptationPass(_network, _set, parameters, waveform, hidden);

        var taken = new List<AdaptationStep>(steps);
        var stoppedByBudget = false;
        for (var i = 0; i < steps; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (budget is { } limit && WouldOverrun(_time.GetElapsedTime(started), taken, limit))
            {
                stoppedByBudget = true;
                break;
            }

            taken.Add(Step(pass, parameters, optimizer));
            Costs.Observe(audio, taken[^1].Elapsed);
            if (!double.IsFinite(taken[^1].Loss) || !double.IsFinite(taken[^1].GradientNorm)) break;
        }

        cancellationToken.ThrowIfCancellationRequested();
        var (logits, loss, allBlank) = Finish(pass);
        return new FastUpdateResult(taken, logits, loss, allBlank, parameters.ToParameters(0), stoppedByBudget);
    }

    private static bool WouldOverrun(TimeSpan elapsed, List<AdaptationStep> taken, TimeSpan budget) =>
        taken.Count > 0 && elapsed + WithFinal(taken.Max(step => step.Elapsed)) > budget;

    /// <summary>A step costs a forward and a backward pass; what follows it costs a forward pass, a third of that.</summary>
    private static TimeSpan WithFinal(TimeSpan step) => step * 4 / 3;

    private AdaptationStep Step(AdaptationPass pass, ParameterTensors parameters, AdamW optimizer)
    {
        var started = _time.GetTimestamp();
        using var scope = NewDisposeScope();
        var terms = _objective(pass.Forward(), pass.FrameCounts);
        var gradients = parameters.Gradients(terms.Loss.sum());
        var norm = linalg.vector_norm(gradients, 2, null, keepdim: false).item<float>();
        optimizer.Step(parameters, gradients);
        return new AdaptationStep(
            terms.Loss.item<float>(),
            terms.Entropy.item<float>(),
            terms.ClassConfusion.item<float>(),
            terms.AllBlank.item<bool>(),
            norm,
            _time.GetElapsedTime(started));
    }

    private (Logits Logits, double Loss, bool AllBlank) Finish(AdaptationPass pass)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var logits = pass.Forward();
        var terms = _objective(logits, pass.FrameCounts);
        var values = logits.contiguous().cpu().data<float>().ToArray();
        return (new Logits(values, _config.VocabularySize), terms.Loss.item<float>(), terms.AllBlank.item<bool>());
    }
}
