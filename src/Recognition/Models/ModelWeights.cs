using System.Text.Json;

namespace Attune.Recognition.Models;

/// <summary>
/// The tensors of a model, from <c>model.safetensors</c> or from the files that <c>model.safetensors.index.json</c> lists.
/// </summary>
/// <remarks>Reading is thread-safe.</remarks>
public sealed class ModelWeights : IDisposable
{
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";

    private readonly Dictionary<string, TensorLocation> _tensors;

    private ModelWeights(IReadOnlyList<SafetensorsFile> files, Dictionary<string, TensorLocation> tensors)
    {
        Files = files;
        _tensors = tensors;
    }

    /// <summary>The files: one, or the shards ordered by name.</summary>
    public IReadOnlyList<SafetensorsFile> Files { get; }

    /// <summary>The names of all tensors, in no particular order.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>Opens the weights of a model folder. The caller disposes.</summary>
    /// <exception cref="ModelException">
    /// MissingFile, UnreadableFile, InvalidJson, InvalidIndex, or one of the causes that start with <c>Safetensors</c>.
    /// </exception>
    public static ModelWeights Open(string folder)
    {
        var single = Path.Combine(folder, SingleFile);
        if (File.Exists(single))
        {
            var file = SafetensorsFile.Open(single);
            var tensors = file.Tensors.ToDictionary(item => item.Key, item => new TensorLocation(file, item.Value), StringComparer.Ordinal);
            return new([file], tensors);
        }

        var index = Path.Combine(folder, IndexFile);
        if (File.Exists(index)) return OpenShards(folder, index);
        var advice = Directory.EnumerateFiles(folder, "pytorch_model*.bin").Any()
            ? "The folder has only pytorch_model.bin: convert it to safetensors, for example with save_pretrained of transformers."
            : "Fetch the model again or copy the file there.";
        throw new ModelException(ModelError.MissingFile, $"{single} is missing, and so is {IndexFile}. {advice}");
    }

    /// <summary>Finds a tensor; false if there is none of that name.</summary>
    public bool TryFind(string name, out TensorLocation location) => _tensors.TryGetValue(name, out location);

    /// <summary>Finds a tensor.</summary>
    /// <exception cref="ModelException">MissingTensor.</exception>
    public TensorLocation Find(string name) => _tensors.TryGetValue(name, out var location)
        ? location
        : throw new ModelException(
            ModelError.MissingTensor, $"{string.Join(", ", Files.Select(file => file.Path))} has no tensor '{name}'.");

    /// <summary>Copies a tensor into a new array; F16 and BF16 are widened exactly.</summary>
    /// <exception cref="ModelException">MissingTensor; TensorType if it is not F32, F16 or BF16.</exception>
    public float[] ReadFloats(string name) => Find(name).File.ReadFloats(name);

    /// <summary>Copies a tensor into memory that is there already; F16 and BF16 are widened exactly.</summary>
    /// <inheritdoc cref="SafetensorsFile.ReadFloats(string, Span{float})"/>
    public void ReadFloats(string name, Span<float> values) => Find(name).File.ReadFloats(name, values);

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var file in Files) file.Dispose();
    }

    private static ModelWeights OpenShards(string folder, string index)
    {
        var map = ReadIndex(index);
        var files = new SortedDictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        try
        {
            foreach (var name in map.Values.Distinct()) files.Add(name, SafetensorsFile.Open(Path.Combine(folder, name)));
            var tensors = map.ToDictionary(item => item.Key, item => Locate(index, item.Key, files[item.Value]), StringComparer.Ordinal);
            return new([.. files.Values], tensors);
        }
        catch
        {
            foreach (var file in files.Values) file.Dispose();
            throw;
        }
    }

    private static Dictionary<string, string> ReadIndex(string index)
    {
        using var json = StrictJson.ReadObject(index);
        if (!json.RootElement.TryGetProperty("weight_map", out var map)
            || map.ValueKind != JsonValueKind.Object
            || !map.EnumerateObject().Any())
            throw new ModelException(
                ModelError.InvalidIndex, $"{index} must have an object 'weight_map' with a file for each tensor. Fetch the file again.");
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in map.EnumerateObject())
        {
            // A plain file name: a path could lead out of the model folder.
            if (item.Value.ValueKind != JsonValueKind.String
                || item.Value.GetString() is not { Length: > 0 } file
                || file.AsSpan().ContainsAny("/\\:\0"))
            {
                throw new ModelException(
                    ModelError.InvalidIndex,
                    $"{index} must give tensor '{item.Name}' a file name without folders. Given: {item.Value.GetRawText()}.");
            }

            files.Add(item.Name, file);
        }

        return files;
    }

    private static TensorLocation Locate(string index, string name, SafetensorsFile file) => file.Tensors.TryGetValue(name, out var entry)
        ? new(file, entry)
        : throw new ModelException(
            ModelError.InvalidIndex,
            $"{index} says that tensor '{name}' is in {file.Path}, which does not have it. Fetch the model again.");
}
