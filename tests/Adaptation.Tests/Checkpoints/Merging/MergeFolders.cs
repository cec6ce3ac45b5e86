using Attune.Adaptation.Checkpoints.Merging;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Checkpoints.Merging;

/// <summary>A folder with tiny models <c>base</c>, <c>a</c>, <c>b</c>, <c>c</c> of one ancestor, and recipes that merge them.</summary>
internal sealed class MergeFolders : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public MergeFolders()
    {
        Add("base", tensor => tensor);
        foreach (var (name, seed) in new[] { ("a", 1), ("b", 2), ("c", 3) }) Add(name, tensor => Perturb(tensor, seed));
    }

    /// <summary>The folder that recipe and models are in.</summary>
    public string Root => _folder.Path;

    /// <summary>A file or folder in it.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>Adds a model: the golden one with each tensor changed, or left out where the result is null.</summary>
    public void Add(string name, Func<TensorSource, TensorSource?> change, string golden = "tiny-group", params TensorSource[] further)
    {
        Directory.CreateDirectory(File(name));
        foreach (var path in Directory.GetFiles(RepositoryFiles.Golden(golden)))
        {
            if (Path.GetFileName(path) != "golden.json") System.IO.File.Copy(path, Path.Combine(File(name), Path.GetFileName(path)));
        }

        var weights = Path.Combine(File(name), "model.safetensors");
        using var file = SafetensorsFile.Open(weights);
        SafetensorsWriter.Write(
            weights, [.. file.Tensors.Values.Select(entry => change(TensorSource.FromFile(new(file, entry)))).OfType<TensorSource>(), .. further]);
    }

    /// <summary>Writes a recipe and follows it.</summary>
    public MergeResult Merge(string yaml, string output = "merged", int seed = 0, Action<MergeProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        System.IO.File.WriteAllText(File("recipe.yml"), yaml);
        return CheckpointMerger.Merge(MergeRecipe.Read(File("recipe.yml")), File(output), seed, progress, cancellationToken);
    }

    /// <summary>All values of a model, tensor after tensor in order of name.</summary>
    public float[] Values(string name)
    {
        using var weights = ModelWeights.Open(File(name));
        return [.. weights.Names.Order(StringComparer.Ordinal).SelectMany(weights.ReadFloats)];
    }

    /// <summary>One tensor of a model.</summary>
    public float[] Values(string name, string tensor)
    {
        using var weights = ModelWeights.Open(File(name));
        return weights.ReadFloats(tensor);
    }

    public void Dispose() => _folder.Dispose();

    private static TensorSource Perturb(TensorSource tensor, int seed)
    {
        var random = new Random(HashCode(tensor.Name) ^ seed);
        return TensorSource.FromFloats(tensor.Name, tensor.Type, tensor.Shape, () =>
        {
            var bytes = new MemoryStream();
            tensor.Write(bytes);
            var values = new float[bytes.Length / sizeof(float)];
            FloatConversion.Widen(ElementType.F32, bytes.ToArray(), values);
            return Array.ConvertAll(values, value => value + (0.02f * (random.NextSingle() - 0.5f)));
        });
    }

    // string.GetHashCode differs from run to run.
    private static int HashCode(string text) => text.Aggregate(17, (hash, character) => unchecked((hash * 31) + character));
}
