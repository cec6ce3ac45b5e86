using Attune.Evaluation.Mixing;

namespace Attune.Evaluation.Tests.Mixing;

public sealed class NoiseMixerTests
{
    [Fact]
    public void Mix_HandCase_BringsBothToTheirLevels()
    {
        // Constant amplitudes: their root mean square is their size. -25 dB of full scale is 0.0562; 20 dB below it 0.00562.
        var mixed = NoiseMixer.Mix([0.5f, -0.5f, 0.5f, -0.5f], [0.1f, 0.1f, -0.1f, -0.1f], snrDb: 20);

        Assert.Equal(1, mixed.Gain);
        Assert.Equal([0.061858f, -0.050611f, 0.050611f, -0.061858f], mixed.Samples, (expected, actual) => Math.Abs(expected - actual) < 1e-6);
    }

    [Fact]
    public void Mix_RandomSpeechNoiseAndRatio_HitsTheRatio()
    {
        var random = new Random(11);
        for (var trial = 0; trial < 200; trial++)
        {
            var speech = Bursts(random.Next(1, 5_000), random);
            var noise = Bursts(speech.Length, random);
            var snrDb = (random.NextDouble() * 60) - 30;

            var mixed = NoiseMixer.Mix(speech, noise, snrDb);

            Assert.InRange(MeasuredSnrDb(mixed, speech, noise), snrDb - 0.1, snrDb + 0.1);
        }
    }

    [Fact]
    public void Mix_SumBeyondFullScale_TurnsBothDownAndKeepsTheRatio()
    {
        // A lone click holds all the energy of a second: at -25 dB it would reach 7.1.
        var speech = new float[16_000];
        speech[100] = 1;
        var noise = new WhiteNoise().Excerpt(speech.Length, new Random(3));

        var mixed = NoiseMixer.Mix(speech, noise, snrDb: 10);

        Assert.InRange(mixed.Gain, 0.1, 0.2);
        Assert.Equal(1, mixed.Samples.Max(Math.Abs), 6);
        Assert.InRange(MeasuredSnrDb(mixed, speech, noise), 9.9, 10.1);
    }

    [Fact]
    public void Mix_Silence_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => NoiseMixer.Mix([0f, 0f], [1f, 1f], 5));
        Assert.Throws<ArgumentException>(() => NoiseMixer.Mix([1f, 1f], [0f, 0f], 5));
        Assert.Throws<ArgumentException>(() => NoiseMixer.Mix([1f, 1f], [1f], 5));
    }

    /// <summary>What is speech in the mix is known by its level; the rest is the noise.</summary>
    private static double MeasuredSnrDb(MixedSpeech mixed, float[] speech, float[] noise)
    {
        var speechGain = mixed.Gain * Math.Pow(10, NoiseMixer.LevelDb / 20) / Math.Sqrt(Power(speech));
        var rest = mixed.Samples.Select((sample, i) => sample - (speechGain * speech[i])).ToArray();
        var scale = Math.Sqrt(Power(rest) / Power(noise));
        Assert.All(rest.Zip(noise), pair => Assert.Equal(scale * pair.Second, pair.First, 1e-5));
        return 10 * Math.Log10(Power([.. speech.Select(sample => speechGain * sample)]) / Power(rest));
    }

    private static double Power(float[] samples) => Power([.. samples.Select(sample => (double)sample)]);

    private static double Power(double[] samples) => samples.Average(sample => sample * sample);

    private static float[] Bursts(int length, Random random)
    {
        var loudness = Math.Pow(10, -3 * random.NextDouble());
        var samples = new WhiteNoise().Excerpt(length, random);
        return [.. samples.Select((sample, i) => (float)(loudness * sample * (i % 700 < 200 ? 0.05 : 0.3)))];
    }
}
