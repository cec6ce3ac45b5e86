using System.Runtime.CompilerServices;
using Attune.Adaptation;
using Attune.Adaptation.Collapse;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Gate;
using Attune.Adaptation.Slow;
using Attune.Adaptation.Strategies;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Audio;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;

namespace Attune.Cli.Evaluation;

/// <summary>Starts strategies on a model, each from nothing.</summary>
internal sealed class StrategyStarter(Model model, BeamDecoders decoders, EvalSettings settings, TimeProvider time)
{
    private OnnxOptions Onnx => new() { Threads = settings.Threads };

    /// <summary>Starts one and runs it once, so that its first utterance is not slower than the others. The caller disposes.</summary>
    /// <exception cref="PlatformNotSupportedException">libtorch cannot be loaded here.</exception>
    public Task<IStrategyRun> StartAsync(StrategyArgument strategy, CancellationToken cancellationToken)
    {
        if (strategy.Kind == StrategyKind.None) return Task.FromResult<IStrategyRun>(new SourceRun(model, Onnx, DecoderOf(strategy)));
        return strategy.Kind == StrategyKind.Awmc ? Task.FromResult<IStrategyRun>(StartAnchored(strategy)) : StartDomainAsync(strategy, cancellationToken);
    }

    private BeamDecoder? DecoderOf(StrategyArgument strategy) => strategy.Decoding is { } decoding
        ? decoders.Create(decoding with { Hotwords = strategy.HasHotwords ? settings.Hotwords : [] }, decoders.Background)
        : null;

    // Apart, so that libtorch is not loaded for the model as it is.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private AnchoredRun StartAnchored(StrategyArgument strategy)
    {
        var options = new AnchoredOptions();
        if (strategy.LearningRate is { } rate) options.LearningRate = rate;
        if (strategy.Parameters is { } parameters) options.Parameters = parameters;
        return new AnchoredRun(new AnchoredDomain(model, options, Onnx, settings.Threads));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<IStrategyRun> StartDomainAsync(StrategyArgument strategy, CancellationToken cancellationToken)
    {
        var slow = new SlowUpdateOptions { Strategy = strategy.Kind.Learning, FastSteps = strategy.Steps };
        if (strategy.UtterancesPerUpdate is { } utterances) slow.UtterancesPerUpdate = utterances;
        if (strategy.ResetWindow is { } window) slow.ResetWindow = window;
        var fast = new FastUpdateOptions
        {
            LearningRate = strategy.LearningRate ?? settings.Fast.LearningRate,
            Parameters = strategy.ParametersOr(settings.Fast.Parameters),
            Neighbours = strategy.Neighbours,
            RepeatUpdatesPerEnclosingModule = settings.Fast.RepeatUpdatesPerEnclosingModule,
            Precision = settings.Fast.Precision,
        };
        var recognizer = new AdaptiveRecognizer(
            model,
            new RecognitionOptions(),
            Onnx,
            fast,
            new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = settings.Threads }, // utterances come one after another
            time,
            new CollapseOptions { Enabled = strategy.IsGuarded },
            strategy.Kind.Objective?.Invoke(model.Config.BlankId, decoders));
        try
        {
            await recognizer.WarmUpAsync(cancellationToken);
            var guard = strategy.IsGuarded ? await recognizer.ReadGuardSetAsync(new AudioDecoder(new AudioOptions()), cancellationToken) : GuardSet.Empty;
            var domain = new SerialDomain(recognizer, slow, new GateOptions { Enabled = strategy.IsGuarded }, guard, time, DecoderOf(strategy));
            return new DomainRun(recognizer, domain, slow.ResolveStrategy().Reset);
        }
        catch
        {
            recognizer.Dispose();
            throw;
        }
    }
}
