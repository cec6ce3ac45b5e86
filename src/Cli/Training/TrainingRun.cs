using Attune.Adaptation.Training;
using Attune.Recognition.Audio;
using Attune.Recognition.Models;

namespace Attune.Cli.Training;

/// <summary>One run of <c>attune train</c> or <c>attune finetune</c>.</summary>
/// <remarks>
/// (1) open the model that training starts from; (2) read manifests, recordings and noises; (3) train, resuming if there is a checkpoint;
/// (4) draw the learning curve and print the result. Everything happens on the calling thread.
/// </remarks>
internal sealed class TrainingRun(TrainingSettings settings, TrainingScreen screen, TimeProvider time)
{
    private readonly AudioDecoder _decoder = new(
        new AudioOptions { MaxDuration = TimeSpan.FromDays(1), DecoderTimeout = TimeSpan.FromHours(1) });

    /// <summary>Trains to the end, or until interrupted.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Run(CancellationToken cancellationToken)
    {
        try
        {
            if (settings.Restart) File.Delete(TrainingPaths.Checkpoint(settings.Output));
            return Train(cancellationToken);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C reaches ffmpeg too, whose complaint then says nothing about the file.
            var resumes = File.Exists(TrainingPaths.Checkpoint(settings.Output));
            screen.WriteNote(resumes
                ? $"attune: interrupted; the same command resumes from the checkpoint in {TrainingPaths.WorkFolder(settings.Output)}"
                : "attune: interrupted before the first step");
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (StatusOf(exception) is { } status)
        {
            screen.WriteNote($"attune: {exception.Message}");
            if (exception is IOException && File.Exists(TrainingPaths.Checkpoint(settings.Output)))
                screen.WriteNote("attune: the last checkpoint is whole; the same command resumes from it");
            return status;
        }
    }

    private static int? StatusOf(Exception exception) => exception switch
    {
        ModelException or PlatformNotSupportedException => ExitCode.CannotRun,
        TrainingException or IOException or UnauthorizedAccessException => ExitCode.RunFailed,
        _ => null,
    };

    private int Train(CancellationToken cancellationToken)
    {
        var model = settings.Model is { } folder ? Model.Open(folder) : InitialModel.Open(settings);
        try
        {
            var corpora = TrainingCorpora.Read(settings, model, _decoder, screen, cancellationToken);
            if (settings.Model is null) model = InitialModel.Fit(model, settings, corpora.Training[0].Corpus.Utterances);
            var task = CreateTask(model, corpora, cancellationToken);
            TrainingResult? result = null;
            screen.WithBar(() => result = Train(task, cancellationToken));
            if (result is null) return ExitCode.Usage;
            Print(result);
            return ExitCode.Success;
        }
        finally
        {
            model.Dispose();
        }
    }

    /// <summary>How the training ended; null if it could not start because of what was asked for.</summary>
    private TrainingResult? Train(TrainingTask task, CancellationToken cancellationToken)
    {
        using var trainer = TryCreate(task);
        if (trainer is null) return null;
        var resumed = trainer.Step > 0 ? $", resumed at step {trainer.Step}" : "";
        screen.WriteNote($"{trainer.ParameterCount} parameters, {trainer.TotalSteps} steps, {trainer.Precision}{resumed}");
        var reporter = new TrainingReporter(settings.Output, screen);
        try
        {
            return trainer.Run(reporter, cancellationToken);
        }
        finally
        {
            reporter.Draw();
        }
    }

    private void Print(TrainingResult result)
    {
        var best = result.BestStep > 0 ? $"the weights of step {result.BestStep}" : "the weights it started from: no step was better";
        screen.WriteResult($"{settings.Output} has {best}. Training ended at step {result.LastStep}.");
        if (result.LastValidation.Count > 0) screen.WriteResult($"Last weights {ProgressText.Rates(result.LastValidation)}");
    }

    /// <summary>The trainer; null if the model does not have the parameters that were asked for.</summary>
    private Trainer? TryCreate(TrainingTask task)
    {
        try
        {
            return new Trainer(task, time);
        }
        catch (ArgumentException exception)
        {
            screen.WriteNote($"attune: {exception.Message}\nTry 'attune finetune --help'.");
            return null;
        }
    }

    private TrainingTask CreateTask(Model model, TrainingCorpora corpora, CancellationToken cancellationToken)
    {
        var rate = model.Preprocessing.SampleRateHz;
        var noises = settings.Noise is { } noise ? NoiseReader.Read(noise, _decoder, rate, cancellationToken) : [];
        var data = new TrainingData(
            corpora.CreateSources(settings, model, cancellationToken),
            model,
            new Augmentation(settings.Augmentation, rate, noises),
            settings.BatchDuration,
            settings.Options.Seed);
        var adapter = settings.Adapter is { } folder ? LoraAdapter.Open(folder, model) : null;
        return new TrainingTask
        {
            Source = model,
            Data = data,
            Validation = corpora.CreateValidation(),
            Options = settings.Options,
            FineTuning = adapter?.Options(settings.FineTuning) ?? settings.FineTuning,
            Adapter = adapter,
            Fisher = corpora.Fisher?.Utterances,
            OutputFolder = settings.Output,
            Card = new ModelCard
            {
                Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(settings.Output))),
                Language = settings.Language,
                License = settings.License,
                Command = settings.Command,
                Source = settings.Model is null ? null : model.Name,
                Data = [.. corpora.Heard.Select(corpus => (corpus.Name, corpus.Utterances.Count, corpus.Duration.TotalHours))],
            },
        };
    }
}
