using System.Globalization;

namespace Attune.Streaming;

/// <summary>How well the ends of utterances were found in one stream, against how it was joined.</summary>
/// <param name="Joins">Pauses between recordings, and the one behind the last.</param>
/// <param name="Missed">Joins in which no utterance ends.</param>
/// <param name="False">Utterances that end inside a recording.</param>
/// <param name="NoiseOnly">Utterances with nothing of a recording in them.</param>
/// <param name="Lost">Share of the recordings' samples that are in no utterance.</param>
/// <param name="Delays">Seconds from the end of each recording until the end of its utterance was known.</param>
/// <param name="Passes">Forward passes for each second of audio.</param>
internal sealed record EndPointingScore(int Joins, int Missed, int False, int NoiseOnly, double Lost, IReadOnlyList<double> Delays, double Passes)
{
    /// <summary>An end that lies so far into a recording, or before its end, is at its border: recordings have some silence there.</summary>
    private const int Tolerance = Recordings.SampleRateHz / 10;

    public const string Header =
        "| noise | joins | missed | false | noise only | lost, % | delay p50, s | delay p95, s | passes a second |\n|---|---|---|---|---|---|---|---|---|";

    /// <summary>Compares.</summary>
    /// <param name="stream">The truth.</param>
    /// <param name="utterances">First sample of each utterance, the one behind its last, and how many samples were heard when it was complete.</param>
    /// <param name="passes">Forward passes in all.</param>
    public static EndPointingScore Of(JoinedStream stream, IReadOnlyList<(double From, double To, int KnownAt)> utterances, int passes)
    {
        var recordings = stream.Recordings;
        var delays = new List<double>();
        for (var i = 0; i < recordings.Count; i++)
        {
            var next = i + 1 < recordings.Count ? recordings[i + 1].From : stream.Samples.Length;
            var (_, _, knownAt) = utterances.FirstOrDefault(u => u.To > recordings[i].To - Tolerance && u.To < next + Tolerance);
            if (knownAt > 0) delays.Add((knownAt - recordings[i].To) / (double)Recordings.SampleRateHz);
        }

        var heard = recordings.Sum(r => utterances.Sum(u => Math.Max(0, Math.Min(r.To, u.To) - Math.Max(r.From, u.From))));
        return new EndPointingScore(
            recordings.Count,
            recordings.Count - delays.Count,
            utterances.Count(u => recordings.Any(r => u.To > r.From + Tolerance && u.To < r.To - Tolerance)),
            utterances.Count(u => !recordings.Any(r => r.From < u.To && r.To > u.From)),
            1 - (heard / recordings.Sum(r => r.To - r.From)),
            delays,
            passes * (double)Recordings.SampleRateHz / stream.Samples.Length);
    }

    /// <summary>Of several streams together.</summary>
    public static EndPointingScore Sum(IReadOnlyCollection<EndPointingScore> scores) => new(
        scores.Sum(score => score.Joins),
        scores.Sum(score => score.Missed),
        scores.Sum(score => score.False),
        scores.Sum(score => score.NoiseOnly),
        scores.Average(score => score.Lost),
        [.. scores.SelectMany(score => score.Delays)],
        scores.Average(score => score.Passes));

    /// <summary>A row of the table.</summary>
    public string ToMarkdown(string name)
    {
        var delays = new Distribution(Delays);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {Joins} | {Missed} | {False} | {NoiseOnly} | {100 * Lost:0.0} | {delays.At(0.5):0.00} | {delays.At(0.95):0.00} | {Passes:0.0} |");
    }
}
