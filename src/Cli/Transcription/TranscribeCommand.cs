using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using Attune.Adaptation.Fast;
using Attune.Recognition.Acoustic;

namespace Attune.Cli.Transcription;

/// <summary><c>attune transcribe</c>: audio files in, drafts and finals out.</summary>
internal static class TranscribeCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune transcribe call.wav                              the draft, the final, and what adaptation changed
          attune transcribe samples --learning-rate 1e-4          every audio file of a folder
          attune transcribe --adapt none *.flac                   without adaptation
          attune transcribe --parameters top-4 --steps 5 a.ogg    faster adaptation
          attune transcribe --json *.wav > results.jsonl          one JSON object a line

        Reference: a text file beside the audio (call.txt for call.wav) is taken for the right transcript. The word error rate (WER) of
        draft and final against it is then shown for the file, and over all words in the end.

        Long audio is cut into utterances where it is quiet. What is shown for the file is joined from them: texts with spaces; the most
        steps that any of them ran; losses and confidence as means weighted by duration; the outcome is 'adapted' if any of them was.

        JSON: file, draft, final, steps, loss_before, loss_after (null without steps), audio_s, compute_s (decoding, recognition and
        adaptation; not the loading of the model), words (word, start_s, end_s, confidence; of the final), outcome, confidence; with a
        reference also reference, wer_draft, wer_final. A file that failed: file, error (code, message).


        """ + ExitCode.Help;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var files = CreateFiles();
        var recognition = new RecognitionArguments();
        var learningRate = NumberOption.For<FastUpdateOptions, double>(
            "--learning-rate", "RATE", nameof(FastUpdateOptions.LearningRate), "Step size of adaptation's optimizer, AdamW.");
        var repeatUpdates = new Option<bool>("--repeat-updates")
        {
            Description = "Update feature-extractor tensors several times a step, as the published code of SUTA does by accident.",
        };
        var budget = NumberOption.Create<int>(
            "--budget", "MS", new RangeAttribute(1, 86_400_000), "Latency budget of each file in milliseconds; steps that would overrun it are left out.");
        var threads = NumberOption.For<OnnxOptions, int>(
            "--threads", "N", nameof(OnnxOptions.Threads), "Threads; 0 means one for each core, and at most 2 for adaptation.");
        var words = new Option<bool>("--words") { Description = "List the final's words with times and confidence." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line for each file, and nothing else." };

        var command = new Command("transcribe", "Recognise audio files, without and with adaptation.") { files };
        recognition.AddTo(command);
        foreach (var option in new Option[] { learningRate, repeatUpdates, budget, threads, words, json }) command.Add(option);
        command.SetAction((parsed, cancellationToken) =>
        {
            var settings = new TranscribeSettings
            {
                Files = parsed.GetRequiredValue(files),
                Model = parsed.GetRequiredValue(recognition.Model),
                Adapt = !recognition.IsAdaptationOff(parsed),
                Fast = new FastUpdateOptions
                {
                    Steps = parsed.GetValue(recognition.Steps),
                    LearningRate = parsed.GetValue(learningRate),
                    Parameters = parsed.GetRequiredValue(recognition.Parameters),
                    RepeatUpdatesPerEnclosingModule = parsed.GetValue(repeatUpdates),
                },
                Budget = parsed.GetResult(budget) is null ? null : TimeSpan.FromMilliseconds(parsed.GetValue(budget)),
                Threads = parsed.GetValue(threads),
                Words = parsed.GetValue(words),
                Json = parsed.GetValue(json),
            };
            var screen = new Screen(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return new TranscribeRun(settings, screen, TimeProvider.System).RunAsync(cancellationToken);
        });
        return command;
    }

    private static Argument<string[]> CreateFiles()
    {
        var files = new Argument<string[]>("FILE")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "Audio: WAV, or FLAC, Ogg (Opus, Vorbis) and MP3 where ffmpeg is installed. A folder stands for its audio files; "
                + "* and ? in a file name are expanded.",
        };
        // The parser takes an unknown option for a file.
        files.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-') && !File.Exists(token.Value)))
                result.AddError($"'{token.Value}' is no option of transcribe.");
        });
        return files;
    }
}
