using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using Attune.Adaptation.Fast;
using Attune.Recognition.Acoustic;

namespace Attune.Cli.Transcription;

/// <summary>Arguments and options of <c>attune transcribe</c>.</summary>
internal sealed class TranscribeArguments
{
    private readonly Argument<string[]> _files = CreateFiles();
    private readonly RecognitionArguments _recognition = new();
    private readonly DecodingArguments _decoding = new();
    private readonly Option<double> _learningRate = NumberOption.For<FastUpdateOptions, double>(
        "--learning-rate", "RATE", nameof(FastUpdateOptions.LearningRate), "Step size of adaptation's optimizer, AdamW.");

    private readonly Option<bool> _repeatUpdates = new("--repeat-updates")
    {
        Description = "Update feature-extractor tensors several times a step, as the published code of SUTA does by accident.",
    };

    private readonly Option<int> _budget = NumberOption.Create<int>(
        "--budget", "MS", new RangeAttribute(1, 86_400_000), "Latency budget of each file in milliseconds; steps that would overrun it are left out.");

    private readonly Option<int> _threads = NumberOption.For<OnnxOptions, int>(
        "--threads", "N", nameof(OnnxOptions.Threads), "Threads; 0 means one for each core, and at most 2 for adaptation.");

    private readonly Option<bool> _words = new("--words") { Description = "List the final's words with times and confidence." };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object a line for each file, and nothing else." };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_files);
        _recognition.AddTo(command);
        _decoding.AddTo(command);
        foreach (var option in new Option[] { _learningRate, _repeatUpdates, _budget, _threads, _words, _json }) command.Add(option);
    }

    /// <summary>Their values on a command line without errors.</summary>
    public TranscribeSettings Read(ParseResult parsed) => new()
    {
        Files = parsed.GetRequiredValue(_files),
        Model = parsed.GetRequiredValue(_recognition.Model),
        Adapt = !_recognition.IsAdaptationOff(parsed),
        Fast = new FastUpdateOptions
        {
            Steps = parsed.GetValue(_recognition.Steps),
            LearningRate = parsed.GetValue(_learningRate),
            Parameters = parsed.GetRequiredValue(_recognition.Parameters),
            Objective = _recognition.ObjectiveOf(parsed),
            RepeatUpdatesPerEnclosingModule = parsed.GetValue(_repeatUpdates),
        },
        Decoding = _decoding.ReadOptions(parsed),
        DecodingRequest = _decoding.ReadRequest(parsed),
        Budget = parsed.GetResult(_budget) is null ? null : TimeSpan.FromMilliseconds(parsed.GetValue(_budget)),
        Threads = parsed.GetValue(_threads),
        Words = parsed.GetValue(_words),
        Json = parsed.GetValue(_json),
    };

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
