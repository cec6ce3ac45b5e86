using System.CommandLine;
using Attune.Adaptation.Training;

namespace Attune.Cli.Training;

/// <summary>Options for varying recordings.</summary>
internal sealed class AugmentationArguments
{
    private readonly Option<bool> _none = new("--no-augmentation")
    {
        Description = "Recordings as they are, but for what other options ask for. Masks (--mask-...) are apart.",
    };

    private readonly Option<string> _noise = new("--noise")
    {
        HelpName = "FOLDER|MANIFEST",
        Description = "Recorded noises to mix in: the audio files of a folder and its subfolders, or the audio_filepath of JSON lines. Needs --noise-prob.",
    };

    private readonly OptionSet<AugmentationOptions> _options = new OptionSet<AugmentationOptions>()
        .Number<double>("--noise-prob", "SHARE", nameof(AugmentationOptions.NoiseProbability), "Share of utterances mixed with a noise, or white noise without --noise.")
        .Number<double>("--noise-snr-min", "DB", nameof(AugmentationOptions.LowestNoiseSnrDb), "Lowest signal-to-noise ratio of such a mix.")
        .Number<double>("--noise-snr-max", "DB", nameof(AugmentationOptions.HighestNoiseSnrDb), "Highest signal-to-noise ratio of such a mix.")
        .Number<double>("--noise-floor-prob", "SHARE", nameof(AugmentationOptions.NoiseFloorProbability), "Share of utterances over a faint noise floor.")
        .Number<double>("--speed-min", "FACTOR", nameof(AugmentationOptions.SlowestSpeed), "Slowest speed and pitch.")
        .Number<double>("--speed-max", "FACTOR", nameof(AugmentationOptions.FastestSpeed), "Fastest speed and pitch.")
        .Number<double>("--gain-prob", "SHARE", nameof(AugmentationOptions.GainProbability), "Share of utterances whose level wanders.")
        .Number<double>("--gain-db", "DB", nameof(AugmentationOptions.GainDb), "How far it wanders to either side.")
        .Number<double>("--tilt-prob", "SHARE", nameof(AugmentationOptions.TiltProbability), "Share of utterances with a tilted spectrum.")
        .Number<double>("--low-pass-prob", "SHARE", nameof(AugmentationOptions.LowPassProbability), "Share of utterances low-passed between 3.5 and 7 kHz.")
        .Number<double>("--telephone-prob", "SHARE", nameof(AugmentationOptions.TelephoneProbability), "Share of utterances in a telephone's band.")
        .Number<double>("--room-prob", "SHARE", nameof(AugmentationOptions.RoomProbability), "Share of utterances heard in a small room.");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_none);
        command.Add(_noise);
        _options.AddTo(command);
    }

    /// <summary>Folder or manifest of noises; null for none.</summary>
    public string? Noise(ParseResult parsed) => parsed.GetValue(_noise);

    /// <summary>Their values.</summary>
    public AugmentationOptions Read(ParseResult parsed) =>
        _options.Apply(parsed, parsed.GetValue(_none) ? AugmentationOptions.None : new AugmentationOptions());

    /// <summary>Rules that values break together.</summary>
    public IEnumerable<string> Check(ParseResult parsed)
    {
        var options = Read(parsed);
        if (Noise(parsed) is not null && options.NoiseProbability == 0) yield return "--noise needs --noise-prob above 0.";
        if (options.LowestNoiseSnrDb > options.HighestNoiseSnrDb)
            yield return FormattableString.Invariant($"--noise-snr-min must be at most --noise-snr-max. Given: {options.LowestNoiseSnrDb} and {options.HighestNoiseSnrDb}.");
    }
}
