using Attune.Adaptation.Text.Training;
using Attune.Adaptation.Training;
using Attune.Recognition.Models;
using Attune.Text;
using Attune.Text.Models;
using Attune.Text.Tokenization;

namespace Attune.Cli.Texts;

/// <summary>One run of <c>attune text train</c>.</summary>
/// <remarks>
/// (1) read the texts; (2) open the model that training starts from, or make a tokenizer and random weights, which come out the same each time; (3) train, resuming if
/// there is a checkpoint.
/// </remarks>
internal sealed class TextTrainRun(TextTrainSettings settings, TextWriter output, TextWriter error, TimeProvider time)
{
    /// <summary>Trains to the end, or until interrupted.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Run(CancellationToken cancellationToken)
    {
        try
        {
            Train(cancellationToken);
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            error.WriteLine("attune: interrupted; the same command resumes from the checkpoint");
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (exception is ModelException or PlatformNotSupportedException)
        {
            error.WriteLine($"attune: {exception.Message}");
            return ExitCode.CannotRun;
        }
        catch (Exception exception) when (exception is TrainingException or TextException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            error.WriteLine($"attune: {exception.Message}");
            return ExitCode.RunFailed;
        }
    }

    private void Train(CancellationToken cancellationToken)
    {
        string[] documents = [.. settings.Texts.Select(path => UnicodeText.Decode(File.ReadAllBytes(path)))];
        using var source = TextModel.Open(settings.Model is { } folder ? ModelFolder.Resolve(folder) : Initialize(documents));
        var corpus = TextCorpus.Create(source, documents, settings.HeldBack);
        using var trainer = new CausalTrainer(source, corpus, settings.Options, settings.Output, time);
        var resumed = trainer.Step > 0 ? $", resumed at step {trainer.Step}" : "";
        error.WriteLine($"{trainer.ParameterCount} parameters, {source.Config.VocabularySize} tokens; {corpus.Training.Count} tokens to train on, {corpus.Validation.Count} held back{resumed}");
        var (step, bits) = trainer.Run(new Reporter(error), cancellationToken);
        output.WriteLine(FormattableString.Invariant($"{settings.Output} has the weights of step {step}: {bits:0.0000} bits per byte of held-back text"));
    }

    /// <summary>The folder of a new model, with a tokenizer made of what is not held back.</summary>
    private string Initialize(string[] documents)
    {
        var tokenizer = new BytePairTrainer();
        foreach (var document in documents) tokenizer.Add(TextCorpus.Split(document, settings.HeldBack).First);
        var folder = Path.Combine(TrainingPaths.WorkFolder(settings.Output), "initial");
        CausalInitializer.Write(folder, settings.Shape, tokenizer.Train(settings.Merges), settings.Options.Seed);
        return folder;
    }

    private sealed class Reporter(TextWriter error) : IProgress<CausalProgress>
    {
        public void Report(CausalProgress value) => error.WriteLine(FormattableString.Invariant(
            $"step {value.Step}: loss {value.Loss:0.000}, {value.BitsPerByte:0.0000} bits per byte held back, {value.TokensPerSecond:0} tokens/s"));
    }
}
