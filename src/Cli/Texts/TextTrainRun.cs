using Attune.Adaptation.Text.Training;
using Attune.Adaptation.Training;
using Attune.Text.Models;
using Attune.Text.Tokenization;

namespace Attune.Cli.Texts;

/// <summary>One run of <c>attune text train</c>.</summary>
/// <remarks>
/// (1) read the texts; (2) make a tokenizer and random weights, which come out the same each time; (3) train, resuming if there is a checkpoint.
/// </remarks>
internal sealed class TextTrainRun(TextTrainSettings settings, CausalTrainingSettings common, CausalTraining training)
{
    /// <summary>Trains to the end, or until interrupted.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Run(CancellationToken cancellationToken) => training.Run(Train, cancellationToken);

    private void Train(CancellationToken cancellationToken)
    {
        string[] documents = [.. settings.Texts.Select(path => UnicodeText.Decode(File.ReadAllBytes(path)))];
        using var source = TextModel.Open(Initialize(documents));
        var corpus = TextCorpus.Create(source, documents, settings.HeldBack);
        training.Train(
            new CausalTrainingTask
            {
                Source = source,
                Data = new WindowData(corpus.Training, Math.Min(common.WindowTokens, source.Config.ContextLength)),
                Validation = [corpus.HeldBack(source)],
                Options = common.Options,
                OutputFolder = common.Output,
                Card = training.Card(source: null),
            },
            cancellationToken);
    }

    /// <summary>The folder of a new model, with a tokenizer made of what is not held back.</summary>
    private string Initialize(string[] documents)
    {
        var tokenizer = new BytePairTrainer();
        foreach (var document in documents) tokenizer.Add(TextCorpus.Split(document, settings.HeldBack).First);
        var folder = Path.Combine(TrainingPaths.WorkFolder(common.Output), "initial");
        CausalInitializer.Write(folder, settings.Shape, tokenizer.Train(settings.Merges), common.Options.Seed);
        return folder;
    }
}
