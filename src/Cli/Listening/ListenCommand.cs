using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using Attune.Adaptation.Fast;

namespace Attune.Cli.Listening;

/// <summary><c>attune listen</c>: a microphone or a file in, words as they are spoken out.</summary>
internal static class ListenCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune listen                                      the microphone, with the server of this machine
          attune listen call.wav --server http://host:5190   a recording, as fast as it sounds
          attune listen call.flac --no-pace --json           as fast as the server can, one JSON object a line
          attune listen --domain kitchen                     with what the domain has learnt, and learning from it

        The words that are heard so far stand in the last line and change; when you pause, the draft takes their place, and then the final, which stays. The
        microphone is read by arecord (alsa-utils), parec (pulseaudio-utils) or ffmpeg, the first of these that is installed, until Ctrl-C.

        """ + ServerArguments.Notes + """

        JSON: utterance (number), is_final, text, draft (what was heard of the whole utterance before adaptation; empty while it goes on), stable_words (so
        many words at the beginning stay), start_s, end_s, outcome (of adaptation; null before the final).

        Exit status:
          0    everything was answered, or the microphone was stopped (Ctrl-C)
          1    the file cannot be decoded, or the server refused or ended the stream
          2    the command line was not understood, or a value is out of range
          3    the server cannot be reached, or there is no recorder
          130  a file was interrupted (Ctrl-C)
        """;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var file = new Argument<string?>("FILE")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "Audio: WAV, or FLAC, Ogg and MP3 where ffmpeg is installed. Without it, the microphone.",
        };
        file.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-') && !File.Exists(token.Value)))
                result.AddError($"'{token.Value}' is no option of listen.");
        });
        var server = new ServerArguments();
        var chunk = NumberOption.Create<int>("--chunk-ms", "N", new RangeAttribute(1, 5000), "Milliseconds of audio in each message; 100 if not given.");
        var noPace = new Option<bool>("--no-pace") { Description = "Send a file as fast as the server takes it, not as fast as it sounds." };
        var steps = NumberOption.Create<int>(
            "--steps", "N", new RangeAttribute(0, FastUpdateOptions.MaxSteps), "Gradient steps on each utterance; the server's setting if not given.");
        var budget = NumberOption.Create<int>(
            "--budget", "MS", new RangeAttribute(1, 86_400_000), "Latency budget of each utterance in milliseconds; steps that would overrun it are left out.");
        var domain = new Option<string?>("--domain")
        {
            HelpName = "NAME",
            Description = "The domain whose weights recognise, and which learns from the audio; none if not given.",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line for each result, and nothing else." };
        var command = new Command("listen", "Show the words of a microphone or a file while they are spoken.")
        {
            file, chunk, noPace, steps, budget, domain, json,
        };
        server.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var settings = new ListenSettings
            {
                File = parsed.GetValue(file),
                Server = server.Read(parsed),
                Chunk = TimeSpan.FromMilliseconds(parsed.GetResult(chunk) is null ? 100 : parsed.GetValue(chunk)),
                Pace = !parsed.GetValue(noPace),
                Steps = parsed.GetResult(steps) is null ? null : parsed.GetValue(steps),
                Budget = parsed.GetResult(budget) is null ? null : TimeSpan.FromMilliseconds(parsed.GetValue(budget)),
                Domain = parsed.GetValue(domain) ?? "",
                Json = parsed.GetValue(json),
            };
            var screen = new ListenScreen(parsed.InvocationConfiguration.Output, settings.Json);
            return new ListenRun(settings, screen, parsed.InvocationConfiguration.Error, TimeProvider.System).RunAsync(cancellationToken);
        });
        return command;
    }
}
