namespace Attune.Recognition.Models;

/// <summary>A pretrained model: a checked Hugging Face folder with its configuration, vocabulary and weights.</summary>
/// <remarks>Immutable; thread-safe. Its weights are read from the file, not held in memory.</remarks>
public sealed class Model : IModel
{
    private readonly Lazy<string> _sha256;

    private Model(
        string folder, ModelConfig config, Vocabulary vocabulary, Preprocessing preprocessing, ModelLayout layout, ModelWeights weights)
    {
        Folder = folder;
        Name = ModelFolder.NameOf(folder);
        Config = config;
        Vocabulary = vocabulary;
        Preprocessing = preprocessing;
        Layout = layout;
        Weights = weights;
        _sha256 = new(() => ModelFolder.Hash(weights));
    }

    /// <summary>Full path of the folder.</summary>
    public string Folder { get; }

    /// <summary>
    /// The folder's name; in a Hugging Face cache (<c>models--OWNER--NAME/snapshots/REVISION</c>) it is <c>OWNER/NAME</c>.
    /// </summary>
    public string Name { get; }

    /// <summary>
    /// SHA-256 of the safetensors file in lower-case hexadecimal, as <c>sha256sum</c> gives it. For several files it is the SHA-256 of
    /// their hashes' bytes, in order of file name. Reads the weights once, when it is first asked for.
    /// </summary>
    public string Sha256 => _sha256.Value;

    /// <summary>Every number of the model.</summary>
    public ModelConfig Config { get; }

    /// <summary>Its output symbols.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>What is done with a waveform first.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>Its parameters, spelled as the file spells them; each of them is in <see cref="Weights"/> with its shape.</summary>
    public ModelLayout Layout { get; }

    IReadOnlyList<ModelParameter> IModel.Parameters => Layout.Parameters;

    int IModel.LayerCount => Config.LayerCount;

    /// <summary>Its tensors; owned by the model.</summary>
    public ModelWeights Weights { get; }

    /// <summary>
    /// Opens a folder with <c>config.json</c>, <c>vocab.json</c>, <c>preprocessor_config.json</c> and safetensors. The caller disposes.
    /// </summary>
    /// <exception cref="ModelException">The folder cannot be used; <see cref="ModelException.Error"/> says why.</exception>
    public static Model Open(string folder)
    {
        var path = ModelFolder.FullPath(folder);
        var config = ModelConfigReader.Read(Path.Combine(path, "config.json"));
        var vocabulary = Vocabulary.Read(path, config);
        var preprocessing = Preprocessing.Read(Path.Combine(path, "preprocessor_config.json"));
        var weights = ModelWeights.Open(path);
        try
        {
            var layout = ModelCheck.ResolveLayout(path, config, weights);
            ModelCheck.Check(path, config, vocabulary, layout, weights);
            return new Model(path, config, vocabulary, preprocessing, layout, weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Closes the weights' files. Everything else stays usable.</summary>
    public void Dispose() => Weights.Dispose();
}
