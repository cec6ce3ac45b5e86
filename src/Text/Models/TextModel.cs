using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using Attune.Text.Tokenization;

namespace Attune.Text.Models;

/// <summary>A pretrained text model: a checked Hugging Face folder with its configuration, tokenizer and weights.</summary>
/// <remarks>Immutable; thread-safe. Its weights are read from the file, not held in memory.</remarks>
public sealed class TextModel : IModel
{
    private readonly Lazy<string> _sha256;

    private TextModel(string folder, string? name, TextModelConfig config, ITokenizer tokenizer, TextModelLayout layout, ModelWeights weights)
    {
        Folder = folder;
        Name = name ?? ModelFolder.NameOf(folder);
        Config = config;
        Tokenizer = tokenizer;
        Layout = layout;
        Weights = weights;
        _sha256 = new(() => ModelFolder.Hash(weights));
    }

    /// <summary>Full path of the folder.</summary>
    public string Folder { get; }

    /// <summary>What it was opened as, or the folder's name; in a Hugging Face cache that is <c>OWNER/NAME</c>.</summary>
    public string Name { get; }

    /// <summary>SHA-256 of the weights, as <see cref="Model.Sha256"/> says. Reads them once, when it is first asked for.</summary>
    public string Sha256 => _sha256.Value;

    /// <summary>Every number of the model.</summary>
    public TextModelConfig Config { get; }

    /// <summary>Text to tokens and back.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>Its parameters, spelled as the file spells them; each of them is in <see cref="Weights"/> with its shape.</summary>
    public TextModelLayout Layout { get; }

    IReadOnlyList<ModelParameter> IModel.Parameters => Layout.Parameters;

    int IModel.LayerCount => Config.LayerCount;

    /// <summary>Its tensors; owned by the model.</summary>
    public ModelWeights Weights { get; }

    /// <summary>Whether a folder's <c>config.json</c> names a class of text models; false also if it cannot be read.</summary>
    public static bool IsIn(string folder) => ArchitectureIn(folder) is not null;

    /// <summary>The class of text models that a folder's <c>config.json</c> names; null if it names none, or cannot be read.</summary>
    public static TextArchitecture? ArchitectureIn(string folder) => TextModelConfigReader.FindArchitecture(Path.Combine(folder, "config.json"));

    /// <summary>
    /// Opens a folder with <c>config.json</c>, safetensors and the tokenizer's files: <c>vocab.json</c> and <c>merges.txt</c> for GPT-2,
    /// <c>vocab.txt</c> for BERT. The caller disposes.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">What messages call it; the folder's name if null.</param>
    /// <exception cref="ModelException">The folder cannot be used; <see cref="ModelException.Error"/> says why.</exception>
    public static TextModel Open(string folder, string? name = null)
    {
        var path = ModelFolder.FullPath(folder);
        var config = TextModelConfigReader.Read(Path.Combine(path, "config.json"));
        ITokenizer tokenizer = config.Architecture == TextArchitecture.Gpt2 ? ByteLevelTokenizer.Read(path, config) : WordPieceTokenizer.Read(path, config);
        var weights = ModelWeights.Open(path);
        try
        {
            var layout = ResolveLayout(config, weights);
            ModelCheck.CheckPresence(path, layout.Parameters, weights, "and a model saved with its output layer");
            ModelCheck.CheckTensors(path, layout.Parameters, weights);
            return new TextModel(path, name, config, tokenizer, layout, weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>The model's own values of the parameters of a set.</summary>
    /// <exception cref="ArgumentException">The model has no such parameters.</exception>
    public AdaptableParameters Source(ParameterSet set) => AdaptableParameters.Source(Weights, set.In(Layout.Parameters, Config.LayerCount));

    /// <summary>Closes the weights' files. Everything else stays usable.</summary>
    public void Dispose() => Weights.Dispose();

    // Published checkpoints name the body's parameters with the name of the body, or without.
    private static TextModelLayout ResolveLayout(TextModelConfig config, ModelWeights weights)
    {
        if (config.Architecture == TextArchitecture.Gpt2)
        {
            var plain = new Gpt2Layout(config, prefix: "");
            return weights.TryFind(plain.Tokens + ".weight", out _) ? plain : new Gpt2Layout(config, "transformer.");
        }

        var bare = new BertLayout(config, prefix: "");
        var layout = weights.TryFind(bare.Tokens + ".weight", out _) ? bare : new BertLayout(config, "bert.");
        var isGreek = weights.TryFind(layout.EmbeddingNorm + ".gamma", out _);
        return isGreek ? new BertLayout(config, layout.Prefix, greekNorms: true) : layout;
    }
}
