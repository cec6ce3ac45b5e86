using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using Attune.Text.Models;

namespace Attune.Text.Tests.Models;

public sealed class TextModelTests
{
    [Fact]
    public void Open_Gpt2_ReadsItsNumbers()
    {
        using var tiny = TinyTextModel.Gpt2();
        using var model = tiny.Open();

        Assert.Equal(TextArchitecture.Gpt2, model.Config.Architecture);
        Assert.Equal((260, 48, 24, 2, 3, 96), (model.Config.VocabularySize, model.Config.ContextLength, model.Config.HiddenSize, model.Config.LayerCount, model.Config.HeadCount, model.Config.IntermediateSize));
        Assert.Equal(Activation.GeluTanh, model.Config.Activation);
        Assert.True(model.Config.TiedHead);
        Assert.Equal(64, model.Sha256.Length);
        Assert.Equal(Path.GetFileName(tiny.FolderPath), model.Name);
    }

    [Fact]
    public void Open_Bert_ReadsItsLabels()
    {
        using var tiny = TinyTextModel.Bert();
        using var model = tiny.Open();

        Assert.Equal(TextArchitecture.Bert, model.Config.Architecture);
        Assert.Equal(["negative", "neutral", "positive"], model.Config.Labels);
        Assert.Equal(Activation.Gelu, model.Config.Activation);
    }

    [Theory]
    [InlineData("""["BertForMaskedLM"]""", "Given: BertForMaskedLM. It has no output layer for classes")]
    [InlineData("""["LlamaForCausalLM"]""", "one of GPT2LMHeadModel, BertForSequenceClassification in 'architectures'. Given: LlamaForCausalLM.")]
    [InlineData("null", "Given: none.")]
    public void Open_UnknownArchitecture_NamesWhatIsKnown(string architectures, string message)
    {
        using var tiny = TinyTextModel.Gpt2();
        tiny.Configure("architectures", architectures);

        var exception = tiny.OpenFails();

        Assert.Equal(ModelError.UnsupportedArchitecture, exception.Error);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("n_head", "5", ModelError.InvalidConfig, "must divide the hidden size. Given: 5 and 24")]
    [InlineData("n_layer", "2000", ModelError.InvalidConfig, "at most 1024 layers. Given: 2000")]
    [InlineData("bos_token_id", "260", ModelError.InvalidConfig, "bos_token_id must be below vocab_size. Given: 260 and 260")]
    [InlineData("activation_function", "\"tanh\"", ModelError.UnsupportedFeature, "Given: \"tanh\"")]
    [InlineData("scale_attn_by_inverse_layer_idx", "true", ModelError.UnsupportedFeature, "scale_attn_by_inverse_layer_idx")]
    [InlineData("scale_attn_weights", "false", ModelError.UnsupportedFeature, "scale_attn_weights must be true")]
    public void Open_Gpt2WithWrongSettings_SaysTheRule(string key, string value, ModelError error, string message) =>
        AssertRefused(TinyTextModel.Gpt2(), key, value, error, message);

    [Theory]
    [InlineData("id2label", """{ "0": "a", "2": "b" }""", ModelError.InvalidConfig, "numbered from 0 without gaps")]
    [InlineData("id2label", """{ "0": "a" }""", ModelError.InvalidConfig, "at least two labels")]
    [InlineData("id2label", "[]", ModelError.InvalidConfig, "Given: []")]
    [InlineData("position_embedding_type", "\"relative_key\"", ModelError.UnsupportedFeature, "one of absolute. Given: \"relative_key\"")]
    [InlineData("problem_type", "\"regression\"", ModelError.UnsupportedFeature, "Given: \"regression\"")]
    public void Open_BertWithWrongSettings_SaysTheRule(string key, string value, ModelError error, string message) =>
        AssertRefused(TinyTextModel.Bert(), key, value, error, message);

    [Fact]
    public void Open_AParameterIsMissing_NamesIt()
    {
        using var tiny = TinyTextModel.Bert();
        tiny.Rewrite(tensor => tensor.Name == "classifier.bias" ? null : tensor);

        var exception = tiny.OpenFails();

        Assert.Equal(ModelError.MissingTensor, exception.Error);
        Assert.Contains("classifier.bias", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_UntiedOutputLayerIsMissing_NamesIt()
    {
        using var tiny = TinyTextModel.Gpt2();
        tiny.Configure("tie_word_embeddings", "false");

        Assert.Contains("lm_head.weight", tiny.OpenFails().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_LabelsAndOutputLayerDisagree_SaysBothShapes()
    {
        using var tiny = TinyTextModel.Bert();
        tiny.Configure("id2label", """{ "0": "a", "1": "b" }""");

        var exception = tiny.OpenFails();

        Assert.Equal(ModelError.TensorShape, exception.Error);
        Assert.Contains("'classifier.weight'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("must have shape [2, 24] by config.json. Given: [3, 24]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_IntegerWeights_SaysTheTypes()
    {
        using var tiny = TinyTextModel.Gpt2();
        tiny.Rewrite(tensor => tensor.Name == "transformer.ln_f.bias" ? new(tensor.Name, ElementType.I32, tensor.Shape, tensor.Write) : tensor);

        Assert.Equal(ModelError.TensorType, tiny.OpenFails().Error);
    }

    [Fact]
    public void Open_NoFolder_SaysSo() =>
        Assert.Equal(ModelError.MissingFolder, Assert.Throws<ModelException>(() => TextModel.Open("/there/is/no/model")).Error);

    [Fact]
    public void Open_ParametersThatNobodyAsksFor_AreIgnored()
    {
        using var tiny = TinyTextModel.Gpt2();
        using (var file = SafetensorsFile.Open(tiny.FilePath("model.safetensors")))
        {
            TensorSource[] all = [.. file.Tensors.Values.Select(entry => TensorSource.FromFile(new(file, entry)))];
            SafetensorsWriter.Write(tiny.FilePath("model.safetensors"), [.. all, all[0] with { Name = "transformer.h.0.attn.bias" }]);
        }

        using var model = tiny.Open();

        Assert.DoesNotContain(model.Layout.Parameters, parameter => parameter.Name == "transformer.h.0.attn.bias");
    }

    [Theory]
    [InlineData("layer-norm", 10)]
    [InlineData("top-1", 4)]
    [InlineData("lora-4", 4)]
    [InlineData("all", 28)]
    public void Source_Gpt2Sets_HaveTheirParameters(string set, int count)
    {
        using var tiny = TinyTextModel.Gpt2();
        using var model = tiny.Open();

        var source = model.Source(ParameterSet.Parse(set));

        Assert.Equal(count, source.Layout.Slices.Count);
        if (set == "lora-4") Assert.Equal([[4, 24], [72, 4]], source.Layout.Slices.Take(2).Select(slice => slice.Parameter.Shape));
        else Assert.Equal(model.Weights.ReadFloats(source.Layout.Slices[1].Parameter.Name), source[source.Layout.Slices[1]].ToArray());
    }

    [Fact]
    public void Source_SetThatTheModelHasTooFewLayersFor_SaysSo()
    {
        using var tiny = TinyTextModel.Gpt2();
        using var model = tiny.Open();

        Assert.Contains("needs 3 transformer layers; the model has 2", Assert.Throws<ArgumentException>(() => model.Source(ParameterSet.Parse("top-3"))).Message, StringComparison.Ordinal);
    }

    private static void AssertRefused(TinyTextModel tiny, string key, string value, ModelError error, string message)
    {
        using (tiny)
        {
            tiny.Configure(key, value);

            var exception = tiny.OpenFails();

            Assert.Equal(error, exception.Error);
            Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        }
    }
}
