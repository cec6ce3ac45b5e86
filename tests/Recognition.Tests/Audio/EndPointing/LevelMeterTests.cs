using Attune.Recognition.Audio.EndPointing;

namespace Attune.Recognition.Tests.Audio.EndPointing;

public sealed class LevelMeterTests
{
    /// <summary>A second-order Butterworth filter is 3 dB down at its corner, and 10 log10(1 + (f / corner)^4) beyond it.</summary>
    [Theory]
    [InlineData(16000, 1000, 0)]
    [InlineData(16000, 200, -3.01)]
    [InlineData(16000, 50, -24.1)]
    [InlineData(16000, 3800, -3.01)]
    [InlineData(48000, 1000, 0)]
    [InlineData(48000, 200, -3.01)]
    [InlineData(6000, 1000, 0)]
    public void Measure_Sine_IsItsLevelBehindTheFilters(int rate, int frequencyHz, double expectedDb)
    {
        var meter = new LevelMeter(rate);
        var sine = Signals.Sine(frequencyHz, rate, 2 * rate, amplitude: Math.Sqrt(2));

        meter.Measure(sine.AsSpan(0, rate));

        Assert.Equal(expectedDb, meter.Measure(sine.AsSpan(rate)), 0.15);
    }

    [Fact]
    public void Measure_Silence_IsFinite() => Assert.Equal(LevelMeter.Silence, new LevelMeter(16000).Measure(new float[160]));
}
