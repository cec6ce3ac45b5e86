using System.Text.Json;
using Attune.Adaptation.Checkpoints.Merging;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Checkpoints.Merging;

public sealed class CheckpointMergerTests : IDisposable
{
    private readonly MergeFolders _folders = new();

    public static TheoryData<string> MethodNames => [.. MergeMethods.All.Select(method => method.Name)];

    public void Dispose() => _folders.Dispose();

    [Theory]
    [MemberData(nameof(MethodNames))]
    public void Merge_EachMethod_ModelThatOpensWithEveryTensor(string name)
    {
        var result = _folders.Merge(Recipe(name, "a", "b"));

        using var merged = Model.Open(_folders.File("merged"));
        Assert.Equal(merged.Sha256, result.Sha256);
        Assert.Equal(_folders.Values("base").Length, result.Values);
        var values = _folders.Values("merged");
        Assert.All(values, value => Assert.True(float.IsFinite(value)));
        Assert.NotEqual(_folders.Values("base"), values);
        Assert.True(File.Exists(_folders.File("merged/README.md")));
        Assert.Equal(["a", "b", "base", "c", "merged", "recipe.yml"], Names());
    }

    [Theory]
    [MemberData(nameof(MethodNames))]
    public void Merge_ModelWithItself_ThatModel(string name)
    {
        _folders.Add("twin", tensor => tensor);

        _folders.Merge(Recipe(name, "twin", "twin"));

        Approximately.Equal(_folders.Values("base"), _folders.Values("merged"));
    }

    [Theory]
    [InlineData("dare_ties")]
    [InlineData("della")]
    public void Merge_Seed_DecidesEveryByte(string name)
    {
        var first = _folders.Merge(Recipe(name, "a", "b"), "first", seed: 5);
        var again = _folders.Merge(Recipe(name, "a", "b"), "again", seed: 5);
        var other = _folders.Merge(Recipe(name, "a", "b"), "other", seed: 6);

        Assert.Equal(first.Sha256, again.Sha256);
        Assert.NotEqual(first.Sha256, other.Sha256);
    }

    [Fact]
    public void Merge_FilterAndGradient_TensorsGetTheirOwn()
    {
        _folders.Merge("""
            merge_method: task_arithmetic
            base_model: base
            models:
              - model: a
                parameters:
                  weight:
                    - filter: feature_extractor
                      value: 0
                    - filter: feed_forward
                      value: [0, 1]
                    - value: 1
            """);

        Assert.Equal(
            _folders.Values("base", "wav2vec2.feature_extractor.conv_layers.0.conv.weight"),
            _folders.Values("merged", "wav2vec2.feature_extractor.conv_layers.0.conv.weight"));
        const string First = "wav2vec2.encoder.layers.0.feed_forward.output_dense.weight";
        Assert.Equal(_folders.Values("base", First), _folders.Values("merged", First));
        var last = First.Replace(".0.", $".{LayerCount - 1}.", StringComparison.Ordinal);
        Approximately.Equal(_folders.Values("a", last), _folders.Values("merged", last));
        Approximately.Equal(_folders.Values("a", "lm_head.weight"), _folders.Values("merged", "lm_head.weight"));
    }

    [Fact]
    public void Merge_SubtractAfterAdd_BaseAgain()
    {
        _folders.Merge(Recipe("task_arithmetic", "a", "b"), "both");

        _folders.Merge("""
            merge_method: subtract
            base_model: both
            models: [model: a, model: b]
            parameters: { ancestor: base, weight: 0.5 }
            """);

        Approximately.Equal(_folders.Values("base"), _folders.Values("merged"));
    }

    [Fact]
    public void Merge_DescriptionOnlyBase_WeightsAreNotItsOwn()
    {
        _folders.Merge("merge_method: linear\nbase_model: base\nmodels: [model: a, model: b]\nparameters: { weight: 1 }");

        var expected = _folders.Values("a").Zip(_folders.Values("b"), (a, b) => (a + (double)b) / 2).ToArray();
        Approximately.Equal(expected, _folders.Values("merged"));
    }

    [Fact]
    public void Merge_Provenance_InMetadataAndCard()
    {
        var result = _folders.Merge(Recipe("ties", "a", "b"), seed: 3);

        using var file = SafetensorsFile.Open(_folders.File("merged/model.safetensors"));
        Assert.Equal("pt", file.Metadata["format"]);
        using var json = JsonDocument.Parse(file.Metadata["attune.merge"]);
        Assert.Equal("ties", json.RootElement.GetProperty("method").GetString());
        Assert.Equal(3, json.RootElement.GetProperty("seed").GetInt32());
        Assert.Contains("merge_method: ties", json.RootElement.GetProperty("recipe").GetString(), StringComparison.Ordinal);
        using var model = Model.Open(_folders.File("a"));
        Assert.Equal(model.Sha256, json.RootElement.GetProperty("models")[1].GetProperty("sha256").GetString());
        var card = File.ReadAllText(_folders.File("merged/README.md"));
        Assert.Contains($"| model | a | `{model.Sha256}` |", card, StringComparison.Ordinal);
        Assert.Contains("merge_method: ties", card, StringComparison.Ordinal);
        Assert.Equal(["base", "model", "model"], result.Sources.Select(source => source.Role));
    }

    [Fact]
    public void Merge_Dtype_RoundedOnce()
    {
        _folders.Merge(Recipe("linear", "a", "b") + "\ndtype: bfloat16");

        using var weights = ModelWeights.Open(_folders.File("merged"));
        Assert.Equal(ElementType.BF16, weights.Find("lm_head.weight").Entry.Type);
        var expected = _folders.Values("a", "lm_head.weight").Zip(_folders.Values("b", "lm_head.weight"), (a, b) => (a + b) / 2).ToArray();
        var actual = weights.ReadFloats("lm_head.weight");
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], Math.Abs(expected[i]) / 256);
    }

    [Fact]
    public void Merge_TensorThatOneModelLacks_TakenFromTheOther()
    {
        var mask = TensorSource.FromFloats("wav2vec2.masked_spec_embed", ElementType.F32, [2], () => new float[] { 7, 8 });
        _folders.Add("masked", tensor => tensor, further: mask);

        var result = _folders.Merge(Recipe("linear", "a", "masked"));

        Assert.Equal(["wav2vec2.masked_spec_embed"], result.Copied);
        Assert.Equal([7, 8], _folders.Values("merged", "wav2vec2.masked_spec_embed"));
    }

    [Fact]
    public void Merge_OtherSpellingOfWeightNorm_SameTensor()
    {
        _folders.Add("newer", tensor => tensor with
        {
            Name = tensor.Name
                .Replace("conv.weight_g", "conv.parametrizations.weight.original0", StringComparison.Ordinal)
                .Replace("conv.weight_v", "conv.parametrizations.weight.original1", StringComparison.Ordinal),
        });

        _folders.Merge(Recipe("task_arithmetic", "newer", "newer"));

        Approximately.Equal(_folders.Values("base"), _folders.Values("merged"));
    }

    [Fact]
    public void Merge_OtherShapes_NamesTheTensor()
    {
        _folders.Add("other", tensor => tensor, "tiny-layer");

        var exception = Assert.Throws<MergeException>(() => _folders.Merge(Recipe("linear", "a", "other")));

        Assert.Matches("Tensor 'wav2vec2\\..*' .*(has shape|has no counterpart)", exception.Message);
    }

    [Fact]
    public void Merge_OtherVocabulary_NamesTheToken()
    {
        var path = _folders.File("b/vocab.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"E\"", "\"Q1\"", StringComparison.Ordinal));

        var exception = Assert.Throws<MergeException>(() => _folders.Merge(Recipe("linear", "a", "b")));

        Assert.Contains("is 'E' in the vocabulary of a and 'Q1' in that of b", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_OtherPreprocessing_Refused()
    {
        File.WriteAllText(_folders.File("b/preprocessor_config.json"), """{"do_normalize":false,"sampling_rate":16000}""");

        var exception = Assert.Throws<MergeException>(() => _folders.Merge(Recipe("linear", "a", "b")));

        Assert.Contains("different computations", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_FilterWithoutTensor_NamesItsLine()
    {
        var exception = Assert.Throws<MergeException>(() => _folders.Merge("""
            merge_method: linear
            models: [model: a, model: b]
            parameters:
              weight: [{ filter: self_attn, value: 1 }, { value: 0.5 }]
            """));

        Assert.Contains("recipe.yml:4: No tensor's name contains the filter 'self_attn' of weight.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_FilterLeavesTensorWithoutValue_NamesIt()
    {
        var exception = Assert.Throws<MergeException>(() => _folders.Merge("""
            merge_method: linear
            models: [model: a, model: b]
            parameters:
              weight: [{ filter: attention, value: 1 }]
            """));

        Assert.Contains("Tensor 'lm_head.bias' has no value for 'weight' of a.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_DellaProbabilitiesOutOfRange_Refused()
    {
        var exception = Assert.Throws<MergeException>(() => _folders.Merge(Recipe("della", "a", "b").Replace("density: 0.5", "density: 0.1", StringComparison.Ordinal)));

        Assert.Contains("density 0.1, epsilon 0.15", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_MissingModel_NamesLineAndFolder()
    {
        var exception = Assert.Throws<MergeException>(() => _folders.Merge("merge_method: linear\nmodels:\n  - model: nowhere\nparameters: { weight: 1 }"));

        Assert.Contains("recipe.yml:3: The model folder", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_OutputExists_Untouched()
    {
        _folders.Merge(Recipe("linear", "a", "b"));
        var before = _folders.Values("merged");

        var exception = Assert.Throws<MergeException>(() => _folders.Merge(Recipe("linear", "a", "c")));

        Assert.Contains("must not exist", exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, _folders.Values("merged"));
    }

    [Fact]
    public void Merge_Cancelled_LeavesNothing()
    {
        using var cancellation = new CancellationTokenSource();

        Assert.ThrowsAny<OperationCanceledException>(() => _folders.Merge(
            Recipe("linear", "a", "b"), progress: _ => cancellation.Cancel(), cancellationToken: cancellation.Token));

        Assert.Equal(["a", "b", "base", "c", "recipe.yml"], Names());
    }

    [Fact]
    public void Merge_Progress_EndsWithEverything()
    {
        var steps = new List<MergeProgress>();

        var result = _folders.Merge(Recipe("linear", "a", "b"), progress: steps.Add);

        Assert.Equal(result.Tensors, steps.Count);
        Assert.Equal(new(result.Tensors, result.Tensors, result.Values, result.Values), steps[^1]);
    }

    private int LayerCount => ModelConfigReader.Read(_folders.File("base/config.json")).LayerCount;

    private string[] Names() => [.. Directory.GetFileSystemEntries(_folders.Root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>A recipe with half the weight for each of as many models as the method wants.</summary>
    private static string Recipe(string name, params string[] models)
    {
        var method = MergeMethods.Find(name)!;
        var known = method.ModelParameters.Select(parameter => parameter.Name).ToArray();
        var lines = new List<string>
        {
            $"merge_method: {name}",
            $"models: [{string.Join(", ", models.Take(method.MaxModels).Select(model => $"model: {model}"))}]",
        };
        if (method.Base == BaseUse.Required) lines.Add("base_model: base");
        var parameters = new List<string>();
        if (known.Contains("weight")) parameters.Add("weight: 0.5");
        if (known.Contains("density")) parameters.Add("density: 0.5");
        if (method.Parameters.Any(parameter => parameter.Name == "t")) parameters.Add("t: 0.01");
        lines.Add($"parameters: {{ {string.Join(", ", parameters)} }}");
        return string.Join('\n', lines);
    }
}
