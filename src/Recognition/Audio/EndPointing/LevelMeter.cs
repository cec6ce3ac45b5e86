namespace Attune.Recognition.Audio.EndPointing;

/// <summary>The level of one signal in the telephone band, where speech has its voice and noise often has little.</summary>
/// <remarks>
/// Mean square behind a high-pass of 200 Hz and a low-pass of 3.8 kHz, second-order Butterworth each, in dB of full scale. Coefficients: R.
/// Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filter coefficients". Not thread-safe.
/// </remarks>
internal sealed class LevelMeter
{
    /// <summary>Level of digital silence, in dB of full scale.</summary>
    public const double Silence = -100;

    private const double LowHz = 200;
    private const double HighHz = 3800;

    private readonly Section[] _sections;

    /// <param name="sampleRateHz">Of the samples.</param>
    public LevelMeter(int sampleRateHz) =>
        _sections = HighHz < sampleRateHz / 2.0
            ? [Section.HighPass(LowHz / sampleRateHz), Section.LowPass(HighHz / sampleRateHz)]
            : [Section.HighPass(LowHz / sampleRateHz)];

    /// <summary>The level of the samples that follow those given before.</summary>
    public double Measure(ReadOnlySpan<float> samples)
    {
        var sum = 0.0;
        foreach (var sample in samples)
        {
            double filtered = sample;
            foreach (var section in _sections) filtered = section.Next(filtered);
            sum += filtered * filtered;
        }

        return Math.Max(Silence, 10 * Math.Log10(sum / samples.Length));
    }

    /// <summary>One second-order filter in transposed direct form II.</summary>
    private sealed class Section(double b0, double b1, double b2, double a1, double a2)
    {
        private double _s1;
        private double _s2;

        /// <param name="frequency">Over the sample rate, below 0.5.</param>
        public static Section HighPass(double frequency) => Create(frequency, sign: -1);

        /// <param name="frequency">Over the sample rate, below 0.5.</param>
        public static Section LowPass(double frequency) => Create(frequency, sign: 1);

        public double Next(double x)
        {
            var y = (b0 * x) + _s1;
            _s1 = (b1 * x) - (a1 * y) + _s2;
            _s2 = (b2 * x) - (a2 * y);
            return y;
        }

        private static Section Create(double frequency, int sign)
        {
            var (sin, cos) = Math.SinCos(2 * Math.PI * frequency);
            var alpha = sin / Math.Sqrt(2); // Q = 1 / sqrt 2
            var a0 = 1 + alpha;
            var outer = (1 - (sign * cos)) / 2 / a0;
            return new Section(outer, 2 * sign * outer, outer, -2 * cos / a0, (1 - alpha) / a0);
        }
    }
}
