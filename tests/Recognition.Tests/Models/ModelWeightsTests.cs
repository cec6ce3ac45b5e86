using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Attune.Recognition.Models;

namespace Attune.Recognition.Tests.Models;

public sealed class ModelWeightsTests : IDisposable
{
    private const string Index = "model.safetensors.index.json";

    private readonly ModelFolderCopy _copy = new();

    public ModelWeightsTests() => Split();

    public void Dispose() => _copy.Dispose();

    [Fact]
    public void Open_Shards_SameValuesAsOneFile()
    {
        using var model = Model.Open(_copy.FolderPath);
        using var whole = Model.Open(RepositoryFiles.Golden("tiny-group"));

        Assert.Equal(["part-1.safetensors", "part-2.safetensors"], model.Weights.Files.Select(file => Path.GetFileName(file.Path)));
        Assert.EndsWith("part-2.safetensors", model.Weights.Find("lm_head.bias").File.Path, StringComparison.Ordinal);
        Assert.All(whole.Weights.Names, name => Assert.Equal(whole.Weights.ReadFloats(name), model.Weights.ReadFloats(name)));
    }

    [Fact]
    public void Sha256_Shards_HashOfTheirHashes()
    {
        byte[] hashes =
        [
            .. SHA256.HashData(File.ReadAllBytes(_copy.FilePath("part-1.safetensors"))),
            .. SHA256.HashData(File.ReadAllBytes(_copy.FilePath("part-2.safetensors"))),
        ];

        using var model = Model.Open(_copy.FolderPath);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(hashes)), model.Sha256);
    }

    [Fact]
    public void Open_MissingShard_NamesIt()
    {
        File.Delete(_copy.FilePath("part-2.safetensors"));

        var exception = _copy.OpenFails();

        Assert.Equal(ModelError.MissingFile, exception.Error);
        Assert.Contains("part-2.safetensors", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"weight_map\":{}}")]
    [InlineData("{\"weight_map\":{\"lm_head.bias\":3}}")]
    [InlineData("{\"weight_map\":{\"lm_head.bias\":\"../part-2.safetensors\"}}")]
    [InlineData("{\"weight_map\":{\"lm_head.bias\":\"part-1.safetensors\"}}")]
    public void Open_BadIndex_InvalidIndex(string json)
    {
        File.WriteAllText(_copy.FilePath(Index), json);

        Assert.Equal(ModelError.InvalidIndex, _copy.OpenFails().Error);
    }

    [Fact]
    public void Find_UnknownName_MissingTensorError()
    {
        using var weights = ModelWeights.Open(_copy.FolderPath);

        Assert.Equal(ModelError.MissingTensor, Assert.Throws<ModelException>(() => weights.Find("absent")).Error);
        Assert.False(weights.TryFind("absent", out _));
    }

    // The output layer goes to the second file, everything else to the first.
    private void Split()
    {
        var map = new JsonObject();
        using (var file = SafetensorsFile.Open(_copy.Weights))
        {
            foreach (var part in file.Tensors.Values.GroupBy(entry => entry.Name.StartsWith("lm_head", StringComparison.Ordinal) ? 2 : 1))
            {
                var name = $"part-{part.Key}.safetensors";
                SafetensorsWriter.Write(_copy.FilePath(name), [.. part.Select(entry => TensorSource.FromFile(new(file, entry)))]);
                foreach (var entry in part) map[entry.Name] = name;
            }
        }

        File.Delete(_copy.Weights);
        File.WriteAllText(_copy.FilePath(Index), new JsonObject { ["weight_map"] = map }.ToJsonString());
    }
}
