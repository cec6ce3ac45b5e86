using Attune.Evaluation.Mixing;

namespace Attune.Evaluation.Tests.Mixing;

public sealed class NoiseTests
{
    [Fact]
    public void Excerpt_LongerThanTheRecording_LoopsIt()
    {
        float[] recording = [1, 2, 3];

        var excerpt = new RecordedNoise(recording).Excerpt(8, new Random(1));

        var start = Array.IndexOf(recording, excerpt[0]);
        Assert.Equal(Enumerable.Range(0, 8).Select(i => recording[(start + i) % 3]), excerpt);
    }

    [Fact]
    public void Excerpt_DrawnStretchIsSilent_BeginsAtTheLoudestSample()
    {
        var recording = new float[10_000];
        recording[7] = 0.5f;
        recording[9] = -0.9f;
        var noise = new RecordedNoise(recording);

        for (var seed = 0; seed < 20; seed++)
        {
            var excerpt = noise.Excerpt(20, new Random(seed));

            Assert.Contains(-0.9f, excerpt);
        }
    }

    [Fact]
    public void RecordedNoise_Silence_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new RecordedNoise(new float[10]));
        Assert.Throws<ArgumentException>(() => new RecordedNoise(default));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100_001)]
    public void Excerpt_White_IsNormalAndFollowsItsSeed(int length)
    {
        var samples = new WhiteNoise().Excerpt(length, new Random(5));

        Assert.Equal(length, samples.Length);
        Assert.Equal(samples, new WhiteNoise().Excerpt(length, new Random(5)));
        Assert.All(samples, sample => Assert.True(float.IsFinite(sample)));
        if (length < 1000) return;
        Assert.Equal(0, samples.Average(), 0.02);
        Assert.Equal(1, samples.Average(sample => sample * sample), 0.02);
        Assert.Equal(3, samples.Average(sample => Math.Pow(sample, 4)), 0.1); // of a normal distribution; 1.8 of a uniform one
        Assert.Equal(0, samples.Zip(samples.Skip(1), (a, b) => a * b).Average(), 0.02);
    }

    [Theory]
    [InlineData(10.0, "white@10")]
    [InlineData(-2.5, "white@-2.5")]
    public void Condition_Name_HasTheRatio(double snrDb, string name)
    {
        Assert.Equal(name, NoiseCondition.In("white", new WhiteNoise(), snrDb).Name);
    }

    [Fact]
    public void Condition_Clean_LeavesSpeechAsItIs()
    {
        float[] speech = [0.1f, 0.2f];

        Assert.Same(speech, NoiseCondition.Clean.Apply(speech, seed: 3).Samples);
        Assert.Equal("clean", NoiseCondition.Clean.Name);
    }

    [Fact]
    public void Condition_SeedOfAnotherUtterance_TakesAnotherStretch()
    {
        var speech = new WhiteNoise().Excerpt(100, new Random(1));
        var condition = NoiseCondition.In("white", new WhiteNoise(), 5);

        Assert.Equal(condition.Apply(speech, 1).Samples, condition.Apply(speech, 1).Samples);
        Assert.NotEqual(condition.Apply(speech, 1).Samples, condition.Apply(speech, 2).Samples);
    }
}
