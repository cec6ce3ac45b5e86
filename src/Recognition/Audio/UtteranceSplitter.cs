namespace Attune.Recognition.Audio;

/// <summary>Cuts long audio where it is quiet.</summary>
/// <remarks>Pure and thread-safe.</remarks>
public static class UtteranceSplitter
{
    /// <summary>Length of the window, centred on a cut, whose energy says how quiet the cut is.</summary>
    private static readonly TimeSpan EnergyWindow = TimeSpan.FromMilliseconds(100);

    /// <summary>Distance between the cuts that are compared.</summary>
    private static readonly TimeSpan Hop = TimeSpan.FromMilliseconds(10);

    /// <summary>Shortest last piece wanted.</summary>
    private static readonly TimeSpan ShortestTail = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Cuts a waveform into pieces of at most <paramref name="maxUtterance"/>, each cut at the quietest place in the last third of
    /// what its piece may span.
    /// </summary>
    /// <param name="waveform">What to cut. It may be empty, which gives no piece.</param>
    /// <param name="maxUtterance">Longest piece, at least 1 second.</param>
    /// <returns>
    /// Pieces in order that touch each other and cover everything; one if nothing needs cutting. Of several pieces the last
    /// lasts at least 1 second, or a third of <paramref name="maxUtterance"/> if that is less.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxUtterance"/> is below 1 second.</exception>
    public static IReadOnlyList<UtteranceSegment> Split(Waveform waveform, TimeSpan maxUtterance)
    {
        ArgumentNullException.ThrowIfNull(waveform);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxUtterance, TimeSpan.FromSeconds(1));

        var longest = (int)Math.Min(int.MaxValue, Math.Floor(maxUtterance.TotalSeconds * waveform.SampleRateHz));
        var tail = Math.Min(Samples(ShortestTail, waveform.SampleRateHz), longest / 3);
        var segments = new List<UtteranceSegment>();
        var start = 0;
        while (waveform.Samples.Length - start > longest)
        {
            var earliest = start + longest - (longest / 3);
            var latest = Math.Min(start + longest, waveform.Samples.Length - tail);
            var cut = QuietestCut(waveform.Samples, waveform.SampleRateHz, earliest, latest);
            segments.Add(new UtteranceSegment(start, cut - start));
            start = cut;
        }

        if (start < waveform.Samples.Length) segments.Add(new UtteranceSegment(start, waveform.Samples.Length - start));
        return segments;
    }

    /// <summary>The sample to cut before. Of equally quiet places the last wins, which makes the fewest pieces.</summary>
    internal static int QuietestCut(ReadOnlySpan<float> samples, int sampleRateHz, int earliest, int latest)
    {
        var half = Math.Max(1, Samples(EnergyWindow, sampleRateHz) / 2);
        var hop = Math.Max(1, Samples(Hop, sampleRateHz));
        var best = latest;
        var quietest = double.PositiveInfinity;
        for (var cut = latest; cut >= earliest; cut -= hop)
        {
            var energy = MeanSquare(samples, cut - half, cut + half);
            if (energy >= quietest) continue;
            quietest = energy;
            best = cut;
        }

        return best;
    }

    private static double MeanSquare(ReadOnlySpan<float> samples, int from, int to)
    {
        from = Math.Max(0, from);
        to = Math.Min(samples.Length, to);
        var sum = 0.0;
        for (var i = from; i < to; i++) sum += (double)samples[i] * samples[i];
        return sum / (to - from);
    }

    private static int Samples(TimeSpan duration, int sampleRateHz) => (int)(duration.TotalSeconds * sampleRateHz);
}
