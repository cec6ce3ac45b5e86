namespace Attune.Recognition.Tests;

public sealed class RecognizerTests
{
    [Fact]
    public void Normalize_FourSamples_HasZeroMeanAndUnitVariance()
    {
        // Mean 2.5, variance 1.25.
        var normalized = Recognizer.Normalize([1, 2, 3, 4]);

        var expected = new[] { -1.5, -0.5, 0.5, 1.5 }.Select(value => value / Math.Sqrt(1.25 + 1e-7));
        Assert.Equal(expected, normalized.Select(value => (double)value), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Normalize_Silence_StaysSilence() => Assert.All(Recognizer.Normalize(new float[100]), value => Assert.Equal(0, value));

    [Fact]
    public void Normalize_LouderAndShifted_GivesTheSame()
    {
        var random = new Random(3);
        var samples = Enumerable.Range(0, 1000).Select(_ => (float)random.NextDouble()).ToArray();
        var louder = samples.Select(value => (50 * value) + 7).ToArray();

        Assert.Equal(Recognizer.Normalize(samples), Recognizer.Normalize(louder), (a, b) => Math.Abs(a - b) < 1e-4);
    }
}
