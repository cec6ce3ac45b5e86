using System.CommandLine;

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
          attune transcribe --lm orders.arpa --hotword "nine nine one=6" a.wav   with what is known of the language
          attune transcribe --json *.wav > results.jsonl          one JSON object a line

        Reference: a text file beside the audio (call.txt for call.wav) is taken for the right transcript. The word error rate (WER) of
        draft and final against it is then shown for the file, and over all words in the end.

        Long audio is cut into utterances where it is quiet. What is shown for the file is joined from them: texts with spaces; the most
        steps that any of them ran; losses and confidence as means weighted by duration; the outcome is 'adapted' if any of them was.

        JSON: file, draft, final, steps, loss_before, loss_after (null without steps), audio_s, compute_s (decoding, recognition and
        adaptation; not the loading of the model), words (word, start_s, end_s, confidence; of the final), outcome, confidence; with a
        reference also reference, wer_draft, wer_final. A file that failed: file, error (code, message).

        Language: with --lm, --hotword, --beam or --alternatives a beam search looks for the final; the draft stays what the model heard by itself.
        JSON then has alternatives, a list for each utterance (text, acoustic_score, language_score, confidence).

        Without adaptation (--adapt none) libtorch is not needed.


        """ + ExitCode.Help;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var arguments = new TranscribeArguments();
        var command = new Command("transcribe", "Recognise audio files, without and with adaptation.");
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var screen = new Screen(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return new TranscribeRun(arguments.Read(parsed), screen, TimeProvider.System).RunAsync(cancellationToken);
        });
        return command;
    }
}
