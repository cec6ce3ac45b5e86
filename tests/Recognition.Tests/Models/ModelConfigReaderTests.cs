using Attune.Recognition.Models;

namespace Attune.Recognition.Tests.Models;

public sealed class ModelConfigReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_OnlyArchitecture_DefaultsOfWav2Vec2Base()
    {
        var config = Read("""{"architectures":["Wav2Vec2ForCTC"]}""");

        Assert.Equal((768, 12, 12, 3072), (config.HiddenSize, config.LayerCount, config.HeadCount, config.IntermediateSize));
        Assert.Equal((Activation.Gelu, Activation.Gelu, 1e-5), (config.HiddenActivation, config.FeatureActivation, config.LayerNormEps));
        Assert.Equal([512, 512, 512, 512, 512, 512, 512], config.ConvDims);
        Assert.Equal((FeatureNorm.Group, false, false, true), (config.FeatureNorm, config.ConvBias, config.StableLayerNorm, config.ProjectionLayerNorm));
        Assert.Equal((128, 16, 32, 0), (config.PositionalKernel, config.PositionalGroups, config.VocabularySize, config.BlankId));
        Assert.Equal("wav2vec2", config.Prefix);
    }

    [Fact]
    public void FrameCount_Wav2Vec2Base_AsPublished()
    {
        var config = Read("""{"architectures":["Wav2Vec2ForCTC"]}""");

        Assert.Equal((400, 320), (config.MinimumSamples, config.SamplesPerFrame));
        Assert.Equal((0, 1, 1, 2), (config.FrameCount(399), config.FrameCount(400), config.FrameCount(719), config.FrameCount(720)));
        Assert.Equal(49, config.FrameCount(16000));
    }

    // Kernels 400, 5, 3, 3 with strides 160, 3, 1, 1: the last three need 2 + 2 + 1 -> 5 -> 17 first frames, 16 * 160 + 400 samples.
    [Fact]
    public void FrameCount_SpokenNumbers_ByHand()
    {
        var config = ModelConfigReader.Read(Path.Combine(RepositoryFiles.Model("spoken-numbers-en"), "config.json"));

        Assert.Equal((2960, 480), (config.MinimumSamples, config.SamplesPerFrame));
        Assert.Equal((0, 1, 2), (config.FrameCount(2959), config.FrameCount(2960), config.FrameCount(3440)));
        // 98 -> 32 -> 30 -> 28.
        Assert.Equal(28, config.FrameCount(16000));
    }

    [Theory]
    [InlineData("{\"architectures\":[\"HubertForCTC\"]}", true)]
    [InlineData("{\"architectures\":[\"HubertForCTC\"],\"feat_proj_layer_norm\":false}", false)]
    public void Read_Hubert_PrefixAndProjectionNorm(string json, bool projectionNorm)
    {
        var config = Read(json);

        Assert.Equal((ModelArchitecture.HubertForCtc, "hubert", projectionNorm), (config.Architecture, config.Prefix, config.ProjectionLayerNorm));
        var layout = new ModelLayout(config, WeightNormSpelling.Suffixes);
        Assert.Equal(projectionNorm, layout.Parameters.Any(parameter => parameter.Name == "hubert.feature_projection.layer_norm.weight"));
    }

    [Theory]
    [InlineData("{}", "Given: none.")]
    [InlineData("{\"architectures\":[\"WhisperForConditionalGeneration\"]}", "Given: WhisperForConditionalGeneration.")]
    [InlineData("{\"architectures\":[\"Wav2Vec2ForPreTraining\"]}", "Given: Wav2Vec2ForPreTraining. It has no CTC output layer")]
    [InlineData("{\"architectures\":[\"Wav2Vec2Model\"]}", "It has no CTC output layer")]
    [InlineData("{\"architectures\":[\"HubertModel\"]}", "It has no CTC output layer")]
    public void Read_OtherArchitecture_NamesIt(string json, string expected)
    {
        var exception = Assert.Throws<ModelException>(() => Read(json));

        Assert.Equal(ModelError.UnsupportedArchitecture, exception.Error);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains("Wav2Vec2ForCTC, HubertForCTC", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("add_adapter", "true")]
    [InlineData("adapter_attn_dim", "16")]
    [InlineData("conv_pos_batch_norm", "true")]
    [InlineData("hidden_act", "\"mish\"")]
    [InlineData("feat_extract_activation", "3")]
    [InlineData("feat_extract_norm", "\"batch\"")]
    public void Read_UnsupportedOption_NamesIt(string key, string value)
    {
        var exception = Assert.Throws<ModelException>(() => ReadWith(key, value));

        Assert.Equal(ModelError.UnsupportedFeature, exception.Error);
        Assert.Contains(key, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hidden_size", "0")]
    [InlineData("hidden_size", "-768")]
    [InlineData("hidden_size", "768.5")]
    [InlineData("hidden_size", "2147483647")]
    [InlineData("num_hidden_layers", "1025")]
    [InlineData("num_attention_heads", "7")]
    [InlineData("num_conv_pos_embedding_groups", "7")]
    [InlineData("conv_dim", "[512]")]
    [InlineData("conv_dim", "[]")]
    [InlineData("conv_kernel", "[10,3,3,3,3,2,0]")]
    [InlineData("conv_stride", "[1000,1000,1000,1000,1000,1000,1000]")]
    [InlineData("conv_bias", "\"no\"")]
    [InlineData("pad_token_id", "32")]
    [InlineData("pad_token_id", "null")]
    [InlineData("layer_norm_eps", "0")]
    public void Read_ImpossibleValue_NamesIt(string key, string value)
    {
        var exception = Assert.Throws<ModelException>(() => ReadWith(key, value));

        Assert.Equal(ModelError.InvalidConfig, exception.Error);
        Assert.Contains(key, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SeveralProblems_AllInOneMessage()
    {
        var exception = Assert.Throws<ModelException>(() => Read(
            """{"architectures":["Wav2Vec2ForCTC"],"hidden_size":"wide","num_attention_heads":7,"add_adapter":true,"hidden_act":"mish"}"""));

        Assert.Equal(ModelError.InvalidConfig, exception.Error);
        Assert.All(["hidden_size", "num_attention_heads", "add_adapter", "hidden_act"], key => Assert.Contains(key, exception.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    public void Read_NotAJsonObject_InvalidJson(string text)
    {
        Assert.Equal(ModelError.InvalidJson, Assert.Throws<ModelException>(() => Read(text)).Error);
    }

    [Fact]
    public void Read_ByteOrderMark_IsSkipped()
    {
        Assert.Equal(768, Read("\uFEFF{\"architectures\":[\"Wav2Vec2ForCTC\"]}").HiddenSize);
    }

    private ModelConfig ReadWith(string key, string value) => Read("{\"architectures\":[\"Wav2Vec2ForCTC\"],\"" + key + "\":" + value + "}");

    private ModelConfig Read(string json)
    {
        var path = _folder.File("config.json");
        File.WriteAllText(path, json);
        return ModelConfigReader.Read(path);
    }
}
