using System.Globalization;
using Attune.Evaluation.Mixing;
using Attune.Evaluation.Statistics;

namespace Attune.Cli.Evaluation;

/// <summary>What the report says in words.</summary>
internal static class ReportText
{
    /// <summary>How text is compared.</summary>
    public const string Normalisation =
        "Transcripts are compared in upper case, without punctuation (an apostrophe within a word stays), words separated by single spaces; numbers "
        + "are not spelled out. CER counts the spaces.";

    /// <summary>How noise is mixed.</summary>
    public static string Mixing { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"Speech and the stretch of noise under it are each brought to {NoiseMixer.LevelDb} dB of full scale (root mean square over the utterance), "
        + $"then the noise is scaled for the signal-to-noise ratio. Noise is looped from a place that the seed decides. What would go beyond full "
        + $"scale is turned down, speech and noise alike; nothing is clipped. Clean speech is left as it is.");

    /// <summary>How intervals are made.</summary>
    public static string Intervals(EvalReport report)
    {
        var sample = report.Interval(report.Results[0]);
        var unit = sample.ResampledBy == ResamplingUnit.Speaker
            ? string.Create(CultureInfo.InvariantCulture, $"{sample.Clusters} speakers, each drawn whole")
            : string.Create(CultureInfo.InvariantCulture, $"{sample.Clusters} recordings, since fewer than two speakers are known: they say nothing about other speakers");
        var few = sample.ResampledBy == ResamplingUnit.Speaker && sample.Clusters < 10 ? " So few speakers make intervals too narrow." : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Intervals hold {100 * report.Bootstrap.Confidence:0} % of {report.Settings.Draws} paired bootstrap samples over {unit}.{few}");
    }

    /// <summary>What compute means.</summary>
    public const string Compute =
        "s/s is wall-clock seconds of recognition and adaptation for each second of audio, one utterance at a time; cpu s/s is the processor time of all "
        + "threads, which other work on the machine disturbs less. Decoding and mixing are in neither.";
}
