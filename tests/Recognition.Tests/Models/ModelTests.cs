using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Attune.Recognition.Models;

namespace Attune.Recognition.Tests.Models;

public sealed class ModelTests : IDisposable
{
    private readonly ModelFolderCopy _copy = new();

    public void Dispose() => _copy.Dispose();

    [Theory]
    [InlineData("tiny-group", FeatureNorm.Group, false)]
    [InlineData("tiny-layer", FeatureNorm.Layer, true)]
    public void Open_GoldenModel_EveryParameterIsReadable(string name, FeatureNorm norm, bool stable)
    {
        using var model = Model.Open(RepositoryFiles.Golden(name));

        Assert.Equal((name, norm, stable), (model.Name, model.Config.FeatureNorm, model.Config.StableLayerNorm));
        Assert.All(model.Layout.Parameters, parameter => Assert.Equal(parameter.Length, model.Weights.ReadFloats(parameter.Name).Length));
        // The fixtures hold nothing that the layout does not name.
        Assert.Equal(model.Layout.Parameters.Select(p => p.Name).Order(StringComparer.Ordinal), model.Weights.Names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Open_ShippedModel_AsItsFilesSay()
    {
        var folder = RepositoryFiles.Model("spoken-numbers-en");

        using var model = Model.Open(folder + Path.DirectorySeparatorChar);

        Assert.Equal(("spoken-numbers-en", 32, 256, 4), (model.Name, model.Vocabulary.Count, model.Config.HiddenSize, model.Config.LayerCount));
        Assert.Equal(new Preprocessing(ReturnAttentionMask: true), model.Preprocessing);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "model.safetensors")))), model.Sha256);
    }

    [Fact]
    public void Open_ParametrizedSpelling_LayoutFollowsTheFile()
    {
        _copy.Rewrite(tensor => tensor with
        {
            Name = tensor.Name
                .Replace("conv.weight_g", "conv.parametrizations.weight.original0", StringComparison.Ordinal)
                .Replace("conv.weight_v", "conv.parametrizations.weight.original1", StringComparison.Ordinal),
        });

        using var model = Model.Open(_copy.FolderPath);
        using var original = Model.Open(RepositoryFiles.Golden("tiny-group"));

        Assert.EndsWith("parametrizations.weight.original0", model.Layout.PositionalGain, StringComparison.Ordinal);
        Assert.EndsWith("conv.weight_g", original.Layout.PositionalGain, StringComparison.Ordinal);
        Assert.Equal(original.Weights.ReadFloats(original.Layout.PositionalDirection), model.Weights.ReadFloats(model.Layout.PositionalDirection));
    }

    [Fact]
    public void Open_PlainPositionalWeight_UnsupportedFeature()
    {
        _copy.Rewrite(tensor => tensor.Name.EndsWith("weight_g", StringComparison.Ordinal)
            ? null
            : tensor with { Name = tensor.Name.Replace("conv.weight_v", "conv.weight", StringComparison.Ordinal) });

        var exception = _copy.OpenFails();

        Assert.Equal(ModelError.UnsupportedFeature, exception.Error);
        Assert.Contains("pos_conv_embed.conv.weight'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_HubertNames_Opens()
    {
        _copy.Configure("architectures", "[\"HubertForCTC\"]");
        _copy.Rewrite(tensor => tensor with { Name = tensor.Name.Replace("wav2vec2.", "hubert.", StringComparison.Ordinal) });

        using var model = Model.Open(_copy.FolderPath);

        Assert.StartsWith("hubert.", model.Layout.Parameters[0].Name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ElementType.F16)]
    [InlineData(ElementType.BF16)]
    public void Open_NarrowWeightsAndFurtherTensors_Opens(ElementType type)
    {
        using (var file = SafetensorsFile.Open(_copy.Weights))
        {
            var tensors = file.Tensors.Values.Select(entry => TensorSource.FromFloats(entry.Name, type, entry.Shape, () => file.ReadFloats(entry.Name)));
            var more = new TensorSource("wav2vec2.quantizer.steps", ElementType.I64, [], stream => stream.Write(new byte[8]));
            SafetensorsWriter.Write(_copy.Weights, [.. tensors, more]);
        }

        using var model = Model.Open(_copy.FolderPath);

        Assert.Equal(type, model.Weights.Find("lm_head.weight").Entry.Type);
    }

    [Fact]
    public void Open_MissingFolder_NamesIt()
    {
        var exception = Assert.Throws<ModelException>(() => Model.Open(_copy.FilePath("absent")));

        Assert.Equal(ModelError.MissingFolder, exception.Error);
        Assert.Contains(_copy.FilePath("absent"), exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("vocab.json")]
    [InlineData("preprocessor_config.json")]
    [InlineData("model.safetensors")]
    public void Open_MissingFile_NamesIt(string name)
    {
        File.Delete(_copy.FilePath(name));

        var exception = _copy.OpenFails();

        Assert.Equal(ModelError.MissingFile, exception.Error);
        Assert.Contains(_copy.FilePath(name), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OnlyPyTorchFile_AdvisesToConvert()
    {
        File.Move(_copy.Weights, _copy.FilePath("pytorch_model.bin"));

        var exception = _copy.OpenFails();

        Assert.Equal(ModelError.MissingFile, exception.Error);
        Assert.Contains("convert it to safetensors", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SeveralTensorsMissing_ListsFiveAndCounts()
    {
        _copy.Rewrite(tensor => tensor.Name.Contains(".layers.1.", StringComparison.Ordinal) ? null : tensor);

        var exception = _copy.OpenFails();

        Assert.Equal(ModelError.MissingTensor, exception.Error);
        Assert.Contains(" lack 16 of ", exception.Message, StringComparison.Ordinal);
        Assert.Contains("layers.1.attention.v_proj.weight, ...", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("layers.1.attention.v_proj.bias", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OtherShape_NamesBoth()
    {
        _copy.Configure("intermediate_size", "95");

        var exception = _copy.OpenFails();

        Assert.Equal(ModelError.TensorShape, exception.Error);
        Assert.Contains("layers.0.feed_forward.intermediate_dense.weight", exception.Message, StringComparison.Ordinal);
        Assert.Contains("must have shape [95, 48]", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Given: [96, 48]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_IntegerParameter_TensorTypeError()
    {
        _copy.Rewrite(tensor => tensor.Name == "lm_head.bias" ? tensor with { Type = ElementType.I32 } : tensor);

        var exception = _copy.OpenFails();

        Assert.Equal(ModelError.TensorType, exception.Error);
        Assert.Contains("'lm_head.bias'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_HeadOfOtherSize_NamesAllThreeNumbers()
    {
        _copy.Configure("vocab_size", "33");
        _copy.Edit("vocab.json", vocabulary => vocabulary["Ä"] = JsonValue.Create(32));

        var exception = _copy.OpenFails();

        Assert.Equal(ModelError.VocabularySize, exception.Error);
        Assert.Contains("vocab_size 33, vocab.json 33 tokens, 'lm_head.weight' 32 rows", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FolderInHuggingFaceCache_NameOfRepositoryAndBlobPath()
    {
        using var cache = new TemporaryFolder();
        var snapshot = Directory.CreateDirectory(cache.File("models--owner--tiny/snapshots/abc")).FullName;
        var blobs = Directory.CreateDirectory(cache.File("models--owner--tiny/blobs")).FullName;
        foreach (var path in Directory.GetFiles(_copy.FolderPath))
        {
            var name = Path.GetFileName(path);
            File.Copy(path, Path.Combine(blobs, name));
            File.CreateSymbolicLink(Path.Combine(snapshot, name), Path.Combine("..", "..", "blobs", name));
        }

        using var model = Model.Open(snapshot);

        Assert.Equal("owner/tiny", model.Name);
        Assert.Equal(Path.Combine(blobs, "model.safetensors"), model.Weights.Files[0].Path);
    }
}
