using Attune.Recognition.Models;

namespace Attune.Recognition.Tests.Models;

public sealed class PreprocessingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_EmptyObject_Defaults()
    {
        Assert.Equal(new Preprocessing(Normalize: true, SampleRateHz: 16000, ReturnAttentionMask: false), Read("{}"));
    }

    [Fact]
    public void Read_AllKeys_TheirValues()
    {
        var preprocessing = Read("""{"do_normalize":false,"sampling_rate":8000,"feature_size":1,"return_attention_mask":true}""");

        Assert.Equal(new Preprocessing(Normalize: false, SampleRateHz: 8000, ReturnAttentionMask: true), preprocessing);
    }

    [Theory]
    [InlineData("{\"feature_size\":80}", ModelError.UnsupportedFeature, "feature_size")]
    [InlineData("{\"sampling_rate\":0}", ModelError.InvalidPreprocessing, "sampling_rate")]
    [InlineData("{\"do_normalize\":1}", ModelError.InvalidPreprocessing, "do_normalize")]
    public void Read_ImpossibleValue_NamesIt(string json, ModelError expected, string key)
    {
        var exception = Assert.Throws<ModelException>(() => Read(json));

        Assert.Equal(expected, exception.Error);
        Assert.Contains(key, exception.Message, StringComparison.Ordinal);
    }

    private Preprocessing Read(string json)
    {
        var path = _folder.File("preprocessor_config.json");
        File.WriteAllText(path, json);
        return Preprocessing.Read(path);
    }

    [Fact]
    public void Apply_FourSamples_HasZeroMeanAndUnitVariance()
    {
        // Mean 2.5, variance 1.25.
        var normalized = new Preprocessing().Apply(new float[] { 1, 2, 3, 4 }).ToArray();

        var expected = new[] { -1.5, -0.5, 0.5, 1.5 }.Select(value => value / Math.Sqrt(1.25 + 1e-7));
        Assert.Equal(expected, normalized.Select(value => (double)value), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Apply_NotAskedFor_ChangesNothing()
    {
        float[] samples = [1, 2, 3];

        Assert.Equal(samples, new Preprocessing(Normalize: false).Apply(samples).ToArray());
    }

    [Fact]
    public void Apply_Silence_StaysSilence() => Assert.All(new Preprocessing().Apply(new float[100]).ToArray(), value => Assert.Equal(0, value));

    [Fact]
    public void Apply_LouderAndShifted_GivesTheSame()
    {
        var random = new Random(3);
        var samples = Enumerable.Range(0, 1000).Select(_ => (float)random.NextDouble()).ToArray();
        var louder = samples.Select(value => (50 * value) + 7).ToArray();

        Assert.Equal(
            new Preprocessing().Apply(samples).ToArray(), new Preprocessing().Apply(louder).ToArray(), (a, b) => Math.Abs(a - b) < 1e-4);
    }
}
