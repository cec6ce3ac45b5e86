using System.Globalization;
using System.Security.Cryptography;
using Attune.Cli.Transcription;
using Attune.Evaluation.Scenarios;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Audio;
using Attune.Recognition.Decoding;
using Attune.Recognition.Language;
using Attune.Recognition.Models;

namespace Attune.Cli.Evaluation;

/// <summary>One run of <c>attune eval</c>.</summary>
/// <remarks>
/// (1) open the model, read scenarios, recordings and noises; (2) open the journal; (3) stream by stream, strategy by strategy: hear, recognise,
/// write down; (4) count errors, write the outputs, print the summary. What the journal has is not computed again.
/// </remarks>
internal sealed class EvalRun(EvalSettings settings, Screen screen, TimeProvider time)
{
    private readonly AudioDecoder _decoder = new(
        new AudioOptions { MaxDuration = TimeSpan.FromDays(1), DecoderTimeout = TimeSpan.FromHours(1) });

    private string? JournalPath => settings.Journal
        ?? ((settings.Json ?? settings.Html ?? settings.Markdown) is { } output ? output + ".journal" : null);

    /// <summary>Runs to the end, or until interrupted.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await EvaluateAsync(cancellationToken);
            return ExitCode.Success;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C reaches ffmpeg too, whose complaint then says nothing about the file.
            Note(JournalPath is { } path && File.Exists(path)
                ? $"attune: interrupted; the same command goes on from {path}"
                : "attune: interrupted; without an output there is no journal to go on from");
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (StatusOf(exception) is { } status)
        {
            Note($"attune: {exception.Message}");
            if (status == ExitCode.Usage) Note("Try 'attune eval --help'.");
            return status;
        }
    }

    private static int? StatusOf(Exception exception) => exception switch
    {
        ModelException or PlatformNotSupportedException or AudioException { Error: AudioError.DecoderMissing } => ExitCode.CannotRun,
        EvaluationException or ScenarioException or LanguageModelException or IOException or UnauthorizedAccessException => ExitCode.RunFailed,
        ArgumentException => ExitCode.Usage, // a parameter set that the model does not have
        _ => null,
    };

    private async Task EvaluateAsync(CancellationToken cancellationToken)
    {
        using var model = Model.Open(new RecognitionOptions { Model = settings.Model }.ResolveModel());
        foreach (var set in settings.Strategies.Select(strategy => strategy.ParametersOr(settings.Fast.Parameters)).Distinct())
            ParameterSet.Parse(set).In(model.Layout, model.Config); // refused before hours of work
        var plan = await EvalPlan.ReadAsync(settings, model, _decoder, Note, cancellationToken);
        var report = new EvalReport(settings, model, plan, await RecognizeAsync(model, plan, cancellationToken));

        EvalOutputs.Write(settings, report);
        screen.WriteOutput(SummaryTable.Render(report));
        if (settings.Journal is null && JournalPath is { } journal) File.Delete(journal);
    }

    private async Task<IReadOnlyList<StreamResult>> RecognizeAsync(Model model, EvalPlan plan, CancellationToken cancellationToken)
    {
        var decoders = new BeamDecoders(model, settings.Decoding, settings.Decoding.LanguageModel is { } path ? ArpaReader.Read(path) : null);
        if (decoders.Background is null && settings.Strategies.FirstOrDefault(strategy => strategy.Decoding?.LanguageModelWeight > 0) is { } lacking)
            throw new EvaluationException($"The strategy {lacking.Label} needs a language model. Give one with --lm FILE.");
        using var journal = OpenJournal(model, plan);
        if (journal.Resumed > 0) Note($"{JournalPath}: going on after {journal.Resumed} utterances");
        var runner = new StreamRunner(new StrategyStarter(model, decoders, settings, time), journal, time);
        var results = new List<StreamResult>();
        var utterances = settings.Strategies.Count * plan.Streams.Sum(stream => stream.Positions.Count);
        await screen.WithProgressAsync(utterances, async progress =>
        {
            foreach (var stream in plan.Streams)
            {
                foreach (var strategy in settings.Strategies)
                {
                    progress.Begin($"{stream.Name} {strategy.Label}");
                    await runner.RunAsync(stream, strategy, progress, cancellationToken);
                    var result = new StreamResult(
                        stream,
                        strategy,
                        journal.Of(stream.Id, strategy.Label),
                        journal.Of(stream.HeldOutId, strategy.Label),
                        model.Preprocessing.SampleRateHz);
                    results.Add(result);
                    Note(Line(result));
                }
            }
        });
        return results;
    }

    private EvalJournal OpenJournal(Model model, EvalPlan plan)
    {
        if (JournalPath is not { } path) return EvalJournal.InMemory();
        if (settings.Restart) File.Delete(path);
        return EvalJournal.Open(path, new JournalBasis(
            typeof(EvalRun).Assembly.GetName().Version!.ToString(3),
            model.Sha256,
            plan.RecordingsHash,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{settings.Fast.Steps} {settings.Fast.LearningRate} {settings.Fast.Parameters} {settings.Fast.RepeatUpdatesPerEnclosingModule} {settings.Threads} {settings.Fast.Precision}{LanguageBasis()}")));
    }

    /// <summary>What results depend on where there is something of the language; nothing otherwise, so that older journals stay good.</summary>
    private string LanguageBasis()
    {
        if (settings.Decoding.LanguageModel is null && settings.Hotwords.Count == 0) return "";
        var model = settings.Decoding.LanguageModel is { } path ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))[..16] : "none";
        var hotwords = string.Join(';', settings.Hotwords.Select(hotword => string.Create(CultureInfo.InvariantCulture, $"{hotword.Phrase}={hotword.Boost}")));
        return string.Create(CultureInfo.InvariantCulture, $" {model} {settings.Decoding.UnknownWord} {hotwords}");
    }

    private static string Line(StreamResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"{result.Stream.Name}  {result.Strategy.Label}  {result.Utterances.Count} utterances  "
        + $"WER {100 * result.Total.Words.ErrorRate.Rate:0.0} %  {result.ComputePerAudio:0.000} s of compute per second of audio");

    private void Note(string line) => screen.WriteError(line + "\n");
}
