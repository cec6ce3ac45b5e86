using System.Buffers;
using Attune.Recognition.Audio;

namespace Attune.Recognition.Tests.Audio;

public sealed class ResamplerTests
{
    [Fact]
    public void Resample_EqualRates_ReturnsTheSameValues()
    {
        var samples = Signals.Noise(1000, seed: 1);

        Assert.Equal(samples, Resampler.Resample(samples, 16000, 16000));
    }

    [Theory]
    [InlineData(8000, 16000)]
    [InlineData(11025, 16000)]
    [InlineData(22050, 16000)]
    [InlineData(32000, 16000)]
    [InlineData(44100, 16000)]
    [InlineData(44099, 16000)]
    [InlineData(48000, 16000)]
    [InlineData(48001, 16000)]
    [InlineData(384000, 16000)]
    [InlineData(16000, 44100)]
    [InlineData(15999, 16000)]
    public void Resample_SineBelowBothBands_MatchesTheIdealSine(int inputRateHz, int outputRateHz)
    {
        var output = Resampler.Resample(Signals.Sine(1000, inputRateHz, inputRateHz / 2), inputRateHz, outputRateHz);

        var ideal = Signals.Sine(1000, outputRateHz, output.Length);
        Assert.InRange(Signals.MaxDifference(output, ideal, edge: outputRateHz / 20), 0, 1e-4);
    }

    [Theory]
    [InlineData(44100, 10000)]
    [InlineData(44100, 8001)]
    [InlineData(44099, 10000)]
    [InlineData(48000, 12000)]
    [InlineData(48000, 23000)]
    public void Resample_ToneAboveTheNewBand_Vanishes(int inputRateHz, int frequencyHz)
    {
        var output = Resampler.Resample(Signals.Sine(frequencyHz, inputRateHz, inputRateHz), inputRateHz, 16000);

        var level = Signals.RootMeanSquare(output.AsSpan(800..^800)) / Math.Sqrt(0.5);
        Assert.InRange(20 * Math.Log10(level), double.NegativeInfinity, -80);
    }

    [Fact]
    public void Resample_UpAndDown_GivesTheSignalBack()
    {
        var samples = Signals.Sine(440, 16000, 8000).Zip(Signals.Sine(3000, 16000, 8000, 0.3), (a, b) => a + b).ToArray();

        var back = Resampler.Resample(Resampler.Resample(samples, 16000, 44100), 44100, 16000);

        Assert.InRange(Signals.MaxDifference(back, samples, edge: 400), 0, 1e-4);
    }

    [Theory]
    [InlineData(44100, 16000)]
    [InlineData(44099, 16000)]
    [InlineData(8000, 16000)]
    public void Resample_Constant_StaysConstant(int inputRateHz, int outputRateHz)
    {
        var samples = Enumerable.Repeat(0.5f, inputRateHz / 4).ToArray();

        var output = Resampler.Resample(samples, inputRateHz, outputRateHz);

        Assert.All(output[800..^800], sample => Assert.Equal(0.5f, sample, 1e-6f));
    }

    [Fact]
    public void Resample_WeightedSum_IsTheWeightedSumOfBoth()
    {
        var left = Signals.Noise(2000, seed: 2);
        var right = Signals.Noise(2000, seed: 3);
        var sum = left.Zip(right, (a, b) => (0.5f * a) - (0.25f * b)).ToArray();

        var expected = Resampler.Resample(left, 22050, 16000)
            .Zip(Resampler.Resample(right, 22050, 16000), (a, b) => (0.5f * a) - (0.25f * b)).ToArray();

        Assert.InRange(Signals.MaxDifference(Resampler.Resample(sum, 22050, 16000), expected), 0, 1e-6);
    }

    [Fact]
    public void Resample_Impulse_StaysInPlaceAndSymmetric()
    {
        var samples = new float[3001];
        samples[1500] = 1;

        var output = Resampler.Resample(samples, 48000, 16000);

        Assert.Equal(500, Array.IndexOf(output, output.Max()));
        for (var i = 1; i < 100; i++) Assert.Equal(output[500 - i], output[500 + i], 1e-7f);
    }

    [Theory]
    [InlineData(0, 44100, 16000, 0)]
    [InlineData(1, 44100, 16000, 1)]
    [InlineData(2, 44100, 16000, 1)]
    [InlineData(3, 44100, 16000, 2)]
    [InlineData(441, 44100, 16000, 160)]
    [InlineData(442, 44100, 16000, 161)]
    [InlineData(1, 1000, 384000, 384)]
    [InlineData(385, 384000, 1000, 2)]
    [InlineData(1000, 44099, 16000, 363)]
    public void Resample_AnyLength_GivesTheCeilingOfTheRatio(int length, int inputRateHz, int outputRateHz, int expected)
    {
        Assert.Equal(expected, Resampler.Resample(new float[length], inputRateHz, outputRateHz).Length);
    }

    [Theory]
    [InlineData(44100, 16000)]
    [InlineData(384000, 1000)]
    [InlineData(1000, 16000)]
    [InlineData(44099, 16000)]
    public void Push_InPieces_GivesTheSameBits(int inputRateHz, int outputRateHz)
    {
        var samples = Signals.Noise(70_000, seed: 4);
        var random = new Random(5);
        var resampler = new Resampler(inputRateHz, outputRateHz);
        var output = new ArrayBufferWriter<float>();

        for (var i = 0; i < samples.Length;)
        {
            var length = Math.Min(random.Next(0, 20_000), samples.Length - i);
            resampler.Push(samples.AsSpan(i, length), output);
            i += length;
        }

        resampler.Finish(output);

        Assert.Equal(Resampler.Resample(samples, inputRateHz, outputRateHz), output.WrittenSpan.ToArray());
    }

    [Theory]
    [InlineData(0, 16000)]
    [InlineData(16000, 0)]
    [InlineData(384001, 16000)]
    [InlineData(-1, -1)]
    public void Resample_RateOutOfRange_Throws(int inputRateHz, int outputRateHz)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Resampler.Resample([1f], inputRateHz, outputRateHz));
    }
}
