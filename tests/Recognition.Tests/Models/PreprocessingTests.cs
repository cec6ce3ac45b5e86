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
}
