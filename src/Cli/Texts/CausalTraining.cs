using Attune.Adaptation.Text.Training;
using Attune.Adaptation.Training;
using Attune.Cli.Training;
using Attune.Recognition.Models;
using Attune.Text;

namespace Attune.Cli.Texts;

/// <summary>What every training of a causal model does on the command line: it tells its course, draws its curve, and ends with a status.</summary>
internal sealed class CausalTraining(CausalTrainingSettings settings, TextWriter output, TextWriter error, TimeProvider time)
{
    /// <summary>Does the work, and says what went wrong.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Run(Action<CancellationToken> work, CancellationToken cancellationToken)
    {
        try
        {
            work(cancellationToken);
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            error.WriteLine("attune: interrupted; the same command resumes from its checkpoint, if there is one");
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (exception is ModelException or PlatformNotSupportedException)
        {
            error.WriteLine($"attune: {exception.Message}");
            return ExitCode.CannotRun;
        }
        catch (Exception exception) when (exception is TrainingException or ManifestException or TextException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            error.WriteLine($"attune: {exception.Message}");
            return ExitCode.RunFailed;
        }
    }

    /// <summary>The card of the model that is written.</summary>
    /// <param name="source">Name of the model that training starts from; null for a new one.</param>
    public CausalCard Card(string? source) => new()
    {
        Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(settings.Output))),
        License = settings.License,
        Command = settings.Command,
        Source = source,
    };

    /// <summary>Trains to the end, or until interrupted.</summary>
    public void Train(CausalTrainingTask task, CancellationToken cancellationToken)
    {
        using var trainer = new CausalTrainer(task, time);
        var resumed = trainer.Step > 0 ? $", resumed at step {trainer.Step}" : "";
        var replay = task.Replay is { } data ? $", {data.Description} replayed" : "";
        error.WriteLine($"{trainer.ParameterCount} parameters, {task.Source.Config.VocabularySize} tokens; {task.Data.Description} to train on{replay}{resumed}");
        var drawing = new CurveDrawing(task.OutputFolder, LearningCurvePlot.Text, error.WriteLine);
        try
        {
            var (step, loss) = trainer.Run(new Reporter(error, drawing), cancellationToken);
            output.WriteLine(FormattableString.Invariant($"{settings.Output} has the weights of step {step}{(loss is null ? "" : $": loss {loss:0.0000}")}"));
        }
        finally
        {
            drawing.Draw();
        }
    }

    private sealed class Reporter(TextWriter error, CurveDrawing drawing) : IProgress<CausalProgress>
    {
        public void Report(CausalProgress value)
        {
            var figures = value.Validation.Select(set => FormattableString.Invariant($" | {set.Name} loss {set.Loss:0.0000}")
                + (set.Accuracy is { } accuracy ? FormattableString.Invariant($" accuracy {accuracy:0.000}") : "")
                + (set.DivergenceNats is { } divergence ? FormattableString.Invariant($" divergence {divergence:0.0000}") : ""));
            // Before the first step there is nothing to tell of training.
            var training = double.IsNaN(value.Loss) ? "" : FormattableString.Invariant($": loss {value.Loss:0.000}, {value.TokensPerSecond:0} tokens/s");
            error.WriteLine(FormattableString.Invariant($"step {value.Step}/{value.TotalSteps}") + training + string.Concat(figures));
            drawing.Draw();
        }
    }
}
