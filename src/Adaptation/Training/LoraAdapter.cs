using System.Globalization;
using System.Security.Cryptography;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Training;

/// <summary>
/// Low-rank additions to a model in a folder of their own, as PEFT writes and reads them: <c>adapter_config.json</c> and
/// <c>adapter_model.safetensors</c>.
/// </summary>
/// <remarks>
/// Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models", arXiv 2106.09685: W + (alpha / rank) B A in place of W. Immutable;
/// thread-safe.
/// </remarks>
public sealed class LoraAdapter
{
    /// <summary>The file of the additions.</summary>
    public const string WeightsFile = "adapter_model.safetensors";

    /// <summary>What PEFT puts before the name of a layer: its own wrappers.</summary>
    private const string TensorPrefix = "base_model.model.";

    /// <summary>Names of the bodies of text models, which files of models may leave out, and those of adapters too where the body alone was loaded.</summary>
    private static readonly string[] Bodies = ["transformer.", "bert."];

    private LoraAdapter(string folder, string sha256, LoraAdapterConfig config, AdaptableParameters additions)
    {
        Folder = folder;
        Sha256 = sha256;
        Rank = config.Rank;
        Alpha = config.Alpha;
        Targets = config.Targets;
        Additions = additions;
    }

    /// <summary>Full path of the folder.</summary>
    public string Folder { get; }

    /// <summary>SHA-256 of the additions' file in lower-case hexadecimal.</summary>
    public string Sha256 { get; }

    /// <summary>Rank of the additions.</summary>
    public int Rank { get; }

    /// <summary>Their scale, times the rank.</summary>
    public double Alpha { get; }

    /// <summary>The layers that have them, by the last parts of their names.</summary>
    public IReadOnlyList<string> Targets { get; }

    /// <summary>A and B of every layer.</summary>
    public AdaptableParameters Additions { get; }

    /// <summary>Reads an adapter of a model.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="model">The model that it was trained on, or one of the same shapes.</param>
    /// <exception cref="ModelException">The folder cannot be used, or the adapter does not fit the model.</exception>
    public static LoraAdapter Open(string folder, IModel model)
    {
        var path = Path.GetFullPath(folder);
        var config = LoraAdapterConfig.Read(Path.Combine(path, LoraAdapterConfig.FileName));
        using var file = SafetensorsFile.Open(Path.Combine(path, WeightsFile));
        var layout = Layout(path, config, model);
        var expected = layout.Slices.Select(slice => WithoutBody(slice.Parameter.Name)).ToHashSet(StringComparer.Ordinal);
        var found = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
        foreach (var (name, entry) in file.Tensors)
        {
            var layer = name.StartsWith(TensorPrefix, StringComparison.Ordinal) ? WithoutBody(name[TensorPrefix.Length..]) : name;
            if (!expected.Contains(layer)) throw Unfit(path, $"has a tensor '{name}' that is no addition to a layer of its target_modules in {model.Folder}");
            if (!found.TryAdd(layer, entry)) throw Unfit(path, $"has two tensors for one layer, '{found[layer].Name}' and '{name}'");
        }

        var values = new float[layout.Length];
        foreach (var slice in layout.Slices)
        {
            if (!found.TryGetValue(WithoutBody(slice.Parameter.Name), out var entry)) throw Unfit(path, $"lacks the tensor '{TensorPrefix}{slice.Parameter.Name}'");
            if (!entry.Shape.SequenceEqual(slice.Parameter.Shape))
                throw Unfit(path, $"has '{entry.Name}' of shape {Describe(entry.Shape)}; the model needs {Describe(slice.Parameter.Shape)}");
            file.ReadFloats(entry.Name, values.AsSpan(slice.Offset, slice.Length));
        }

        using var stream = File.OpenRead(file.Path);
        return new LoraAdapter(path, Convert.ToHexStringLower(SHA256.HashData(stream)), config, new AdaptableParameters(layout, values));
    }

    /// <summary>Options with the adapter's rank, alpha and targets, for a training that goes on from it.</summary>
    public FineTuningOptions Options(FineTuningOptions options) => new()
    {
        Parameters = options.Parameters,
        LoraRank = Rank,
        LoraAlpha = Alpha,
        LoraTargets = Targets,
        LoraExport = options.LoraExport,
        PullStrength = options.PullStrength,
    };

    /// <summary>Writes a model with the additions added to its weights.</summary>
    /// <param name="model">The model that the adapter was opened with.</param>
    /// <param name="folder">Folder to write; not the model's own.</param>
    /// <exception cref="ArgumentException">The folder is the model's own.</exception>
    /// <exception cref="IOException">It cannot be written to.</exception>
    public void WriteMerged(IModel model, string folder)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (target == model.Folder) throw new ArgumentException($"The output folder must not be the model's own. Given: {folder}. Choose another.", nameof(folder));
        var card = string.Create(CultureInfo.InvariantCulture, $"# {Path.GetFileName(target)}\n\n{model.Name} with the LoRA adapter "
            + $"{Path.GetFileName(Folder)} merged in: rank {Rank}, alpha {Alpha}, {string.Join(", ", Targets)}.\n");
        ModelFolderWriter.Write(target, model, TrainedWeights.Merge(model, Additions, (float)(Alpha / Rank)), card);
    }

    /// <summary>Writes an adapter's folder; each file appears whole or not at all.</summary>
    /// <param name="folder">Created if need be.</param>
    /// <param name="source">The model that it belongs to.</param>
    /// <param name="trained">Values that contain the additions; others are left out.</param>
    /// <param name="options">Rank, alpha and targets.</param>
    /// <param name="card">For <c>README.md</c>.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    internal static void Write(string folder, IModel source, AdaptableParameters trained, FineTuningOptions options, string card)
    {
        var config = new LoraAdapterConfig
        {
            BaseModel = source.Name,
            Rank = options.LoraRank,
            Alpha = options.LoraAlpha,
            Targets = options.LoraTargets,
            FanInFanOut = AreTransposed(source, options.LoraTargets),
        };
        Directory.CreateDirectory(folder);
        ModelFolderWriter.WriteText(Path.Combine(folder, LoraAdapterConfig.FileName), config.Write());
        SafetensorsWriter.Write(
            Path.Combine(folder, WeightsFile),
            [.. trained.Layout.Slices.Where(slice => LoraNames.IsAddition(slice.Parameter.Name)).Select(slice => TensorSource.FromFloats(
                TensorPrefix + slice.Parameter.Name, ElementType.F32, slice.Parameter.Shape, () => trained[slice]))]);
        ModelFolderWriter.WriteText(Path.Combine(folder, "README.md"), card);
    }

    private static ParameterLayout Layout(string folder, LoraAdapterConfig config, IModel model)
    {
        try
        {
            var layout = new ParameterLayout(LoraAdditions.Of(model.Parameters, config.Rank, config.Targets));
            if (!config.FanInFanOut || AreTransposed(model, config.Targets)) return layout;
            throw new ModelException(
                ModelError.UnsupportedFeature,
                $"The adapter in {folder} asks for fan_in_fan_out, and {model.Folder} stores its layers' weights as (outputs, inputs). Merge the adapter where it was made, and take the merged model.");
        }
        catch (ArgumentException exception)
        {
            throw new ModelException(ModelError.InvalidConfig, $"The adapter in {folder} does not fit {model.Folder}: {exception.Message}", exception);
        }
    }

    /// <summary>Whether the layers of some names store their weight as (inputs, outputs): PEFT's <c>fan_in_fan_out</c>.</summary>
    private static bool AreTransposed(IModel model, IReadOnlyList<string> targets) => LoraAdditions.Targets(model.Parameters, targets).Any(parameter => parameter.IsTransposed);

    private static string WithoutBody(string name) => Bodies.FirstOrDefault(body => name.StartsWith(body, StringComparison.Ordinal)) is { } body ? name[body.Length..] : name;

    private static string Describe(IReadOnlyList<long> shape) => $"[{string.Join(", ", shape)}]";

    private static ModelException Unfit(string folder, string problem) =>
        new(ModelError.TensorShape, $"The adapter in {folder} {problem}. Use it with the model that it was trained on.");
}
