using System.ComponentModel.DataAnnotations;

namespace Attune.Adaptation.Training;

/// <summary>How recordings are varied before each time that the model hears them.</summary>
/// <remarks>The defaults change nothing but speed and spectrum a little; <see cref="None"/> changes nothing.</remarks>
public sealed class AugmentationOptions
{
    /// <summary>Recordings as they are.</summary>
    public static AugmentationOptions None => new()
    {
        SlowestSpeed = 1,
        FastestSpeed = 1,
        TiltProbability = 0,
        LowPassProbability = 0,
        RoomProbability = 0,
        NoiseFloorProbability = 0,
    };

    /// <summary>Slowest factor of speed and pitch together. From 0.5 to 1. Default 0.87.</summary>
    [Range(0.5, 1)]
    public double SlowestSpeed { get; set; } = 0.87;

    /// <summary>Fastest factor. From 1 to 2. Default 1.15. An utterance is never made too short for its transcript.</summary>
    [Range(1, 2)]
    public double FastestSpeed { get; set; } = 1.15;

    /// <summary>Share of utterances whose level wanders from word to word. From 0 to 1. Default 0.</summary>
    [Range(0, 1)]
    public double GainProbability { get; set; }

    /// <summary>How far the level wanders to either side. From 0 to 30 dB. Default 9.</summary>
    [Range(0, 30)]
    public double GainDb { get; set; } = 9;

    /// <summary>Share of utterances whose spectrum is tilted by a first-order filter. From 0 to 1. Default 0.5.</summary>
    [Range(0, 1)]
    public double TiltProbability { get; set; } = 0.5;

    /// <summary>Share of utterances that are low-passed between 3.5 and 7 kHz. From 0 to 1. Default 0.3.</summary>
    [Range(0, 1)]
    public double LowPassProbability { get; set; } = 0.3;

    /// <summary>Share of utterances limited to the band of a telephone, 300 to 3400 Hz. From 0 to 1. Default 0.</summary>
    [Range(0, 1)]
    public double TelephoneProbability { get; set; }

    /// <summary>Share of utterances heard in a small room: sparse, decaying echoes. From 0 to 1. Default 0.3.</summary>
    [Range(0, 1)]
    public double RoomProbability { get; set; } = 0.3;

    /// <summary>Share of utterances over a faint noise floor, 30 to 55 dB below them. From 0 to 1. Default 0.5.</summary>
    [Range(0, 1)]
    public double NoiseFloorProbability { get; set; } = 0.5;

    /// <summary>Share of utterances mixed with a recorded noise, where noises are given, or with white noise. From 0 to 1. Default 0.</summary>
    [Range(0, 1)]
    public double NoiseProbability { get; set; }

    /// <summary>Lowest signal-to-noise ratio of such a mix. From -20 to 60 dB. Default 5.</summary>
    [Range(-20, 60)]
    public double LowestNoiseSnrDb { get; set; } = 5;

    /// <summary>Highest signal-to-noise ratio of such a mix. From -20 to 60 dB. Default 25.</summary>
    [Range(-20, 60)]
    public double HighestNoiseSnrDb { get; set; } = 25;
}
