using Attune.Adaptation.Text;
using Attune.Adaptation.Text.Training;
using Attune.Adaptation.Training;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using Attune.Text;
using Attune.Text.Models;
using Attune.Text.Tokenization;

namespace Attune.Cli.Texts;

/// <summary>One run of <c>attune text finetune</c>.</summary>
/// <remarks>(1) open the source; (2) read the files; (3) have the source write what it replays of its own; (4) train, resuming if there is a checkpoint.</remarks>
internal sealed class TextFineTuneRun(TextFineTuneSettings settings, CausalTrainingSettings common, CausalTraining training)
{
    /// <summary>Most tokens of an answer that the source gives.</summary>
    private const int OwnTokens = 64;

    /// <summary>Trains to the end, or until interrupted.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Run(CancellationToken cancellationToken) => training.Run(Train, cancellationToken);

    private void Train(CancellationToken cancellationToken)
    {
        using var source = TextModel.Open(ModelFolder.Resolve(settings.Model));
        if (source.Config.Architecture != TextArchitecture.Gpt2)
            throw new TrainingException($"A causal model is fine-tuned: choose a GPT-2. Given: {source.Name} ({source.Config.Architecture}).");
        var choice = settings.FineTuning;
        var adapter = choice.Adapter is { } folder ? LoraAdapter.Open(folder, source) : null;
        training.Train(
            new CausalTrainingTask
            {
                Source = source,
                Data = ReadData(source),
                Replay = ReadReplay(source, cancellationToken) is { Count: > 0 } replay ? new ExampleData(replay) : null,
                ReplayRatio = choice.ReplayRatio,
                Validation = [.. new[] { ReadValidation(source), ReadGuard(source) }.OfType<CausalSet>()],
                Options = common.Options,
                FineTuning = adapter?.Options(choice.Options) ?? choice.Options,
                Adapter = adapter,
                Fisher = choice.Fisher is { } file ? ReadExamples(source, file) : null,
                OutputFolder = common.Output,
                Card = training.Card(source.Name),
            },
            cancellationToken);
    }

    private static bool HasLines(string path) => path.EndsWith(ExampleFile.Extension, StringComparison.OrdinalIgnoreCase);

    private static bool HasPreferences(string path) => HasLines(path) && ExampleFile.HasPreferences(path);

    private CausalData ReadData(TextModel source)
    {
        if (HasPreferences(settings.Data)) return ReadPreferences(source, settings.Data);
        if (HasLines(settings.Data)) return new ExampleData(ExampleFile.ReadAnswers(settings.Data, source, settings.SkipInvalid));
        int[] tokens = [source.Config.EndOfTextId, .. source.Tokenizer.Encode(ReadText(settings.Data))];
        return new WindowData(tokens, Math.Min(common.WindowTokens, source.Config.ContextLength));
    }

    private CausalSet? ReadValidation(TextModel source)
    {
        const string name = "validation";
        if (settings.Validation is not { } path) return null;
        if (HasPreferences(path) != HasPreferences(settings.Data))
            throw new TrainingException($"{path} must be of the same kind as {settings.Data}: both have preferences, or neither.");
        return HasPreferences(path)
            ? new PreferenceSet(name, ReadPreferences(source, path))
            : new ExampleSet(name, source, ReadExamples(source, path), areAnswers: HasLines(path));
    }

    private ExampleSet? ReadGuard(TextModel source) =>
        settings.Guard is { } path ? new ExampleSet("guard", source, ReadExamples(source, path), areAnswers: HasLines(path), isGuard: true) : null;

    private PreferenceData ReadPreferences(TextModel source, string path) => new(ExampleFile.ReadPreferences(path, source, settings.SkipInvalid), settings.Beta);

    private IReadOnlyList<CausalExample> ReadExamples(TextModel source, string path)
    {
        if (HasLines(path)) return ExampleFile.ReadAnswers(path, source, settings.SkipInvalid);
        CausalExample[] examples = [.. CausalExample.OfText(source, ReadText(path))];
        return examples.Length > 0 ? examples : throw new TrainingException($"{path} must have text. Given: none.");
    }

    private List<CausalExample> ReadReplay(TextModel source, CancellationToken cancellationToken)
    {
        var examples = new List<CausalExample>();
        if (settings.FineTuning is { Replay: { } path, OwnOutput: false }) examples.AddRange(ReadExamples(source, path));
        if (settings is { OwnTexts: 0, FineTuning.OwnOutput: false }) return examples;

        using var engine = new TextEngine(TextModel.Open(source.Folder), set: null, new OnnxOptions { Threads = common.Options.Threads });
        if (settings.FineTuning is { Replay: { } prompts, OwnOutput: true }) examples.AddRange(Answer(source, engine, prompts, cancellationToken));
        examples.AddRange(OwnTexts.Write(engine, settings.OwnTexts, Math.Min(common.WindowTokens, source.Config.ContextLength - 1), common.Options.Seed, cancellationToken)
            .SelectMany(text => CausalExample.OfText(source, text)));
        return examples;
    }

    private IEnumerable<CausalExample> Answer(TextModel source, TextEngine engine, string path, CancellationToken cancellationToken)
    {
        if (!HasLines(path)) throw new TrainingException($"--own-answers takes prompts from JSON lines ({ExampleFile.Extension}). Given: {path}. For plain text use --own-texts.");
        var prompts = ExampleFile.ReadPrompts(path, settings.SkipInvalid);
        return OwnTexts.Answer(engine, prompts, OwnTokens, cancellationToken).Select(answer => CausalExample.OfAnswer(source, answer.Prompt, answer.Answer, answer.IsWhole));
    }

    private static string ReadText(string path) => UnicodeText.Decode(File.ReadAllBytes(path));
}
