using System.Runtime.CompilerServices;
using Attune.Adaptation;
using Attune.Adaptation.Fast;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Cli.Evaluation;

/// <summary>Starts strategies on a model, each from nothing.</summary>
internal sealed class StrategyStarter(Model model, EvalSettings settings, TimeProvider time)
{
    /// <summary>Starts one and runs it once, so that its first utterance is not slower than the others. The caller disposes.</summary>
    /// <exception cref="ArgumentException">The parameter set asks for more layers than the model has.</exception>
    /// <exception cref="PlatformNotSupportedException">libtorch cannot be loaded here.</exception>
    public Task<IStrategyRun> StartAsync(StrategyArgument strategy, CancellationToken cancellationToken) => strategy.Kind == StrategyKind.None
        ? Task.FromResult<IStrategyRun>(new SourceRun(model, Onnx))
        : StartAdaptiveAsync(strategy, cancellationToken);

    private OnnxOptions Onnx => new() { Threads = settings.Threads };

    // Apart, so that libtorch is not loaded for the model as it is.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<IStrategyRun> StartAdaptiveAsync(StrategyArgument strategy, CancellationToken cancellationToken)
    {
        var fast = new FastUpdateOptions
        {
            Steps = strategy.Steps ?? settings.Fast.Steps,
            LearningRate = strategy.LearningRate ?? settings.Fast.LearningRate,
            Parameters = strategy.Parameters ?? settings.Fast.Parameters,
            RepeatUpdatesPerEnclosingModule = settings.Fast.RepeatUpdatesPerEnclosingModule,
        };
        ParameterSet.Parse(fast.Parameters).In(model.Layout, model.Config); // refused before libtorch is loaded
        var recognizer = new AdaptiveRecognizer(
            model,
            new RecognitionOptions(),
            Onnx,
            fast,
            new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = settings.Threads }, // utterances come one after another
            time);
        try
        {
            await recognizer.WarmUpAsync(cancellationToken);
            return new EpisodicRun(recognizer);
        }
        catch
        {
            recognizer.Dispose();
            throw;
        }
    }
}
