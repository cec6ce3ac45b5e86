using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Recognition.Tests.Acoustic;

public sealed class ParameterSetTests : IDisposable
{
    private readonly Model _group = Model.Open(RepositoryFiles.Golden("tiny-group"));
    private readonly Model _layer = Model.Open(RepositoryFiles.Golden("tiny-layer"));

    [Fact]
    public void In_SutaOfGroupNormModel_IsWhatTheReferenceTrains()
    {
        var names = Names(_group, "suta");

        // 7 convolutions, GroupNorm, projection with its LayerNorm, and 7 LayerNorms of the encoder.
        Assert.Equal(27, names.Length);
        Assert.Contains("wav2vec2.feature_extractor.conv_layers.0.layer_norm.weight", names);
        Assert.DoesNotContain("lm_head.weight", names);
    }

    [Fact]
    public void In_SutaOfLayerNormModel_IsWhatTheReferenceTrains() => Assert.Equal(46, Names(_layer, "suta").Length);

    [Fact]
    public void In_LayerNorm_LeavesGroupNormOut() =>
        Assert.DoesNotContain("wav2vec2.feature_extractor.conv_layers.0.layer_norm.weight", Names(_group, "layer-norm"));

    [Fact]
    public void In_TopTwo_IsTheLayerNormsOfTheLastTwoLayers()
    {
        var names = Names(_group, "top-2");

        Assert.Equal(8, names.Length);
        Assert.All(names, name => Assert.Matches(@"encoder\.layers\.[12]\.(final_)?layer_norm\.", name));
    }

    [Fact]
    public void In_Bias_IsEveryBias() => Assert.All(Names(_layer, "bias"), name => Assert.EndsWith(".bias", name, StringComparison.Ordinal));

    [Fact]
    public void In_All_IsEveryParameter() => Assert.Equal(_group.Layout.Parameters.Count, Names(_group, "all").Length);

    [Fact]
    public void In_LoraFour_AddsTwoMatricesToQueryAndValue()
    {
        var slices = ParameterSet.Parse("lora-4").In(_group.Layout, _group.Config).Slices;

        Assert.Equal(_group.Config.LayerCount * 2 * 2, slices.Count);
        Assert.Equal([4, 48], slices[0].Parameter.Shape);
        Assert.Equal([48, 4], slices[1].Parameter.Shape);
    }

    [Fact]
    public void Source_OfModelParameters_IsTheModelsValuesPackedInOrder()
    {
        var source = AdaptableParameters.Source(_group, ParameterSet.Suta);

        var offset = 0;
        foreach (var slice in source.Layout.Slices)
        {
            Assert.Equal(offset, slice.Offset);
            Assert.Equal(_group.Weights.ReadFloats(slice.Parameter.Name), source[slice].ToArray());
            offset += slice.Length;
        }

        Assert.Equal(source.Values.Length, offset);
    }

    [Fact]
    public void Source_OfLora_StartsWithoutEffect()
    {
        var source = AdaptableParameters.Source(_group, ParameterSet.Parse("lora"));

        foreach (var slice in source.Layout.Slices)
        {
            if (LoraNames.IsDown(slice.Parameter.Name)) Assert.Contains(source[slice].ToArray(), value => value != 0);
            else Assert.All(source[slice].ToArray(), value => Assert.Equal(0, value));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("SUTA")]
    [InlineData("top-0")]
    [InlineData("top--1")]
    [InlineData("top-x")]
    [InlineData("lora-0")]
    public void Parse_UnknownName_ListsTheKnownOnes(string name)
    {
        var exception = Assert.Throws<ArgumentException>(() => ParameterSet.Parse(name));

        Assert.Contains(ParameterSet.Names, exception.Message, StringComparison.Ordinal);
        Assert.Contains($"'{name}'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void In_MoreLayersThanTheModelHas_SaysBothNumbers()
    {
        var exception = Assert.Throws<ArgumentException>(() => ParameterSet.Parse("top-4").In(_group.Layout, _group.Config));

        Assert.Contains("needs 4 transformer layers; the model has 3", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _group.Dispose();
        _layer.Dispose();
    }

    private static string[] Names(Model model, string set) =>
        [.. ParameterSet.Parse(set).In(model.Layout, model.Config).Slices.Select(slice => slice.Parameter.Name)];
}
