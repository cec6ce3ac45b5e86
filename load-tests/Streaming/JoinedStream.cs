using Attune.Evaluation.Mixing;

namespace Attune.Streaming;

/// <summary>Recordings joined with pauses, in noise: a stream whose utterances are known.</summary>
/// <param name="Samples">At 16 kHz.</param>
/// <param name="Recordings">First sample of each recording, and the one behind its last.</param>
internal sealed record JoinedStream(float[] Samples, IReadOnlyList<(int From, int To)> Recordings)
{
    private const int Rate = Attune.Streaming.Recordings.SampleRateHz;
    private const double LevelDb = -25;
    private const double ShortestPause = 1.2, LongestPause = 3.0;

    /// <summary>Joins.</summary>
    /// <param name="recordings">In order.</param>
    /// <param name="noise">Goes through recordings and pauses; null for digital silence between recordings as they are.</param>
    /// <param name="snrDb">Power of each recording, brought to -25 dB of full scale, over that of the noise.</param>
    public static JoinedStream Join(IReadOnlyList<float[]> recordings, INoise? noise, double snrDb)
    {
        var random = new Random(1);
        var samples = new List<float>(new float[Rate]);
        var spans = new List<(int, int)>();
        foreach (var recording in recordings)
        {
            var gain = noise is null ? 1 : Gain(recording, LevelDb);
            spans.Add((samples.Count, samples.Count + recording.Length));
            samples.AddRange(recording.Select(sample => gain * sample));
            var pause = ShortestPause + ((LongestPause - ShortestPause) * random.NextDouble());
            samples.AddRange(new float[(int)(pause * Rate)]);
        }

        var mixed = samples.ToArray();
        if (noise is null) return new JoinedStream(mixed, spans);
        var excerpt = noise.Excerpt(mixed.Length, random);
        var noiseGain = Gain(excerpt, LevelDb - snrDb);
        for (var i = 0; i < mixed.Length; i++) mixed[i] += noiseGain * excerpt[i];
        return new JoinedStream(mixed, spans);
    }

    private static float Gain(float[] samples, double levelDb)
    {
        var power = samples.Sum(sample => (double)sample * sample) / samples.Length;
        return (float)(Math.Pow(10, levelDb / 20) / Math.Sqrt(power));
    }
}
