using Attune.Adaptation.Checkpoints.Merging;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Checkpoints.Merging;

public sealed class MergeRecipeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_EveryKindOfParameter_ValuesByNameAndDepth()
    {
        var recipe = Read("""
            merge_method: ties
            base_model: ../base
            models:
              - model: a
                parameters:
                  weight: 0.25
                  density: [0.2, 0.4, 1.0]
              - model: ./sub/b
                parameters:
                  weight:
                    - filter: attention
                      value: [0, 1]
                    - filter: "*"
                      value: 0.5
            parameters:
              density: 0.9
              normalize: false
            dtype: bfloat16
            """);

        Assert.Equal("ties", recipe.Method.Name);
        Assert.Equal(ElementType.BF16, recipe.Type);
        Assert.Equal(Path.GetFullPath(_folder.File("../base")), recipe.Base!.Path);
        Assert.Equal([_folder.File("a"), _folder.File("sub/b")], recipe.Models.Select(model => model.Path));
        var density = recipe.Models[0].Parameters["density"];
        Assert.Equal([0.2, 0.3, 0.4, 0.7, 1.0], new[] { 0, 0.25, 0.5, 0.75, 1 }.Select(depth => Math.Round(density.For("x", depth)!.Value, 6)));
        var weight = recipe.Models[1].Parameters["weight"];
        Assert.Equal(0.75, weight.For("layers.3.attention.k_proj.weight", 0.75));
        Assert.Equal(0.5, weight.For("lm_head.weight", 1));
        Assert.Equal(0, recipe.Parameters["normalize"].For("x", 0));
    }

    [Fact]
    public void Read_BaseAmongModels_IsNotMergedWithItself()
    {
        var recipe = Read("""
            merge_method: slerp
            base_model: a
            models: [model: a, model: b]
            parameters: { t: 0.5 }
            """);

        Assert.Equal([_folder.File("b")], recipe.Models.Select(model => model.Path));
    }

    [Fact]
    public void Read_Ancestor_OfSubtract()
    {
        var recipe = Read("""
            merge_method: subtract
            base_model: both
            models: [model: b]
            parameters: { ancestor: start, lambda: 0.5 }
            """);

        Assert.Equal(_folder.File("start"), recipe.Ancestor!.Path);
        Assert.Equal(0.5, recipe.Parameters["lambda"].For("x", 0));
    }

    [Fact]
    public void Read_Revision_OfTheModelThatIsBaseToo()
    {
        var recipe = Read("""
            merge_method: task_arithmetic
            base_model: a
            models:
              - model: a
                revision: learnt/line.safetensors
              - model: a
            parameters: { weight: 1 }
            """);

        var model = Assert.Single(recipe.Models);
        Assert.Equal((_folder.File("a"), _folder.File("learnt/line.safetensors")), (model.Path, model.Revision));
    }

    [Theory]
    [InlineData("merge_method: linear\nmodels:\n  - model: a\n    revisoin: b", 4, "'revisoin' is not a key of a model. Keys are model, revision, parameters")]
    [InlineData("merge_method: linear\nmodels:\n  - model: a\n    revision: ''", 4, "A revision must be the path of a file")]
    [InlineData("merge_method: tees\nmodels: [model: a]", 1, "merge_method must be one of linear, slerp,")]
    [InlineData("merge_method: linear\nslices: []\nmodels: [model: a]", 2, "'slices' is not a key of a recipe")]
    [InlineData("merge_method: linear\nmodels:\n  - model: a\n    weight: 1", 4, "'weight' is not a key of a model")]
    [InlineData("merge_method: linear\nmodels:\n  - model: a\n    parameters: { wieght: 1 }", 4, "linear has no parameter 'wieght' for a model")]
    [InlineData("merge_method: linear\nmodels:\n  - model: a\n    parameters: { weight: 1, normalize: true }", 4, "move it to the recipe's own parameters")]
    [InlineData("merge_method: linear\nmodels:\n  - model: a", 3, "a needs the parameter 'weight'")]
    [InlineData("merge_method: ties\nmodels: [model: a]\nparameters: { weight: 1 }", 1, "ties needs base_model")]
    [InlineData("merge_method: slerp\nbase_model: c\nmodels: [model: a, model: b]\nparameters: { t: 0.5 }", 3, "slerp needs exactly 1 model beside base_model. Given: 2.")]
    [InlineData("merge_method: analogy\nbase_model: c\nmodels: [model: a]", 3, "analogy needs exactly 2 models beside base_model. Given: 1.")]
    [InlineData("merge_method: slerp\nbase_model: c\nmodels: [model: a]\nparameters: { t: 1.5 }", 4, "t must be a number from 0 to 1. Given: '1.5'.")]
    [InlineData("merge_method: slerp\nbase_model: c\nmodels: [model: a]\nparameters: { t: [0, x] }", 4, "t must be a number from 0 to 1. Given: 'x'.")]
    [InlineData("merge_method: karcher\nmodels: [model: a]\nparameters: { max_iter: 1.5 }", 3, "max_iter must be a whole number from 1 to 10000. Given: '1.5'.")]
    [InlineData("merge_method: linear\nmodels: [model: a]\nparameters: { weight: 1, normalize: maybe }", 3, "normalize must be true or false. Given: 'maybe'.")]
    [InlineData("merge_method: linear\nmodels: [model: a]\nparameters: { weight: [{ fliter: x, value: 1 }] }", 3, "'fliter' is not a key of a part of weight")]
    [InlineData("merge_method: linear\nmodels: [model: a]\nparameters: { weight: 1 }\ndtype: int8", 4, "dtype must be one of float32, float16, bfloat16. Given: 'int8'.")]
    [InlineData("merge_method: linear\nmodels: []", 2, "models must be a list")]
    [InlineData("merge_method: linear\nmerge_method: ties\nmodels: [model: a]", 2, "")]
    [InlineData("merge_method: [", 2, "")]
    [InlineData("- a\n- b", 1, "A recipe must be one YAML document")]
    public void Read_Mistake_NamesLineAndRule(string yaml, int line, string rule)
    {
        var exception = Assert.Throws<MergeException>(() => Read(yaml));

        Assert.StartsWith($"{_folder.File("recipe.yml")}:{line}: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(rule, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoFile_SaysSo()
    {
        Assert.Contains("cannot be read", Assert.Throws<MergeException>(() => MergeRecipe.Read(_folder.File("none.yml"))).Message, StringComparison.Ordinal);
    }

    private MergeRecipe Read(string yaml)
    {
        File.WriteAllText(_folder.File("recipe.yml"), yaml);
        return MergeRecipe.Read(_folder.File("recipe.yml"));
    }
}
