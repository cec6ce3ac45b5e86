using System.Text.Json.Nodes;
using Attune.Recognition.Models;

namespace Attune.Tests;

/// <summary>A copy of a golden model folder that a test may damage.</summary>
internal sealed class ModelFolderCopy : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ModelFolderCopy(string golden = "tiny-group")
    {
        foreach (var path in Directory.GetFiles(RepositoryFiles.Golden(golden)))
        {
            if (Path.GetFileName(path) != "golden.json") File.Copy(path, FilePath(Path.GetFileName(path)));
        }
    }

    /// <summary>The folder.</summary>
    public string FolderPath => _folder.Path;

    /// <summary>Path of the safetensors file.</summary>
    public string Weights => FilePath("model.safetensors");

    /// <summary>Path of a file in the folder.</summary>
    public string FilePath(string name) => _folder.File(name);

    /// <summary>Changes a JSON file; one that is absent starts empty.</summary>
    public void Edit(string name, Action<JsonObject> edit)
    {
        var path = FilePath(name);
        var json = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsObject() : [];
        edit(json);
        File.WriteAllText(path, json.ToJsonString());
    }

    /// <summary>Sets one key of <c>config.json</c> to a value given as JSON.</summary>
    public void Configure(string key, string json) => Edit("config.json", config => config[key] = JsonNode.Parse(json));

    /// <summary>Writes the weights again, each tensor changed, or left out where the result is null.</summary>
    public void Rewrite(Func<TensorSource, TensorSource?> change)
    {
        using var file = SafetensorsFile.Open(Weights);
        SafetensorsWriter.Write(
            Weights,
            [.. file.Tensors.Values.Select(entry => change(TensorSource.FromFile(new(file, entry)))).OfType<TensorSource>()]);
    }

    /// <summary>Opens the folder, which must fail.</summary>
    public ModelException OpenFails() => Assert.Throws<ModelException>(() => Model.Open(FolderPath));

    public void Dispose() => _folder.Dispose();
}
