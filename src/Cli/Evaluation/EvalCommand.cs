using System.CommandLine;
using Attune.Cli.Transcription;

namespace Attune.Cli.Evaluation;

/// <summary><c>attune eval</c>: what strategies make of streams of utterances, in error rates and compute.</summary>
internal static class EvalCommand
{
    /// <summary>Examples and notes for help.</summary>
    public static string Notes { get; } = $"""
        Examples:
          attune eval --manifest test.jsonl --strategies none,suta
          attune eval --manifest test.jsonl --noise babble.wav@5 --noise white@10 --strategies none,suta --json out.json
          attune eval --manifest test.jsonl --noise noises@5 --scenario sudden-100 --strategies none,suta,suta:steps=5 --html out.html

        Scenarios that ship: {ScenarioFolder.Names}.

        Noise: {Wrap(ReportText.Mixing)}

        Text: {Wrap(ReportText.Normalisation)}

        JSON: an object with model, manifest, seed and results, a list of objects with strategy, scenario (white@10, clean, sudden-100, ...), wer, cer
        (fractions), utterances, compute_s_per_audio_s (wall-clock seconds of recognition and adaptation for each second of audio),
        cpu_s_per_audio_s, wer_interval, wer_minus_none, words and characters (edits by kind), by_speaker, by_noise, worst, resets.

        Killed or interrupted, the same command goes on: results are in a journal beside the first output, utterance by utterance. Strategies
        that keep something begin their unfinished stream anew. Equal seed, options and threads give equal transcripts.


        {ExitCode.EvaluationHelp}
        """;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var arguments = new EvalArguments();
        var command = new Command("eval", "Measure error rates of adaptation strategies on recordings, clean and in noise.");
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var screen = new Screen(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return new EvalRun(arguments.Read(parsed), screen, TimeProvider.System).RunAsync(cancellationToken);
        });
        return command;
    }

    /// <summary>Breaks a long text into lines of help.</summary>
    private static string Wrap(string text)
    {
        const int width = 120;
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
        {
            if (lines[^1].Length + word.Length + 1 > width - (lines.Count == 1 ? 8 : 0)) lines.Add("");
            lines[^1] += lines[^1].Length == 0 ? word : " " + word;
        }

        return string.Join('\n', lines);
    }
}
