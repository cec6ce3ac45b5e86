using System.Text.Json.Nodes;
using Attune.Recognition.Models;
using Attune.Text.Models;

namespace Attune.Tests;

/// <summary>A text model of a few thousand seeded random numbers, in a folder of its own that a test may damage.</summary>
/// <remarks>
/// GPT-2 reads 48 tokens, has three merges ("th", "the", " the") and token 259 for the end of a text; BERT reads 32 tokens of a small vocabulary in lower case and has three labels. The
/// numbers are large enough that every part of the network shows in the result.
/// </remarks>
internal sealed class TinyTextModel : IDisposable
{
    /// <summary>Token of the GPT-2 that ends a text.</summary>
    public const int EndOfText = 259;

    private static readonly string[] BertVocabulary =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat", "on", "mat", "good", "bad", "play", "##ing", "##ed", "cafe", ".", ",", "a", "b", "##b", "1",
    ];

    private readonly TemporaryFolder _folder = new();

    private TinyTextModel()
    {
    }

    /// <summary>The folder.</summary>
    public string FolderPath => _folder.Path;

    /// <summary>A GPT-2.</summary>
    /// <param name="prefix">What names of parameters start with in its file.</param>
    /// <param name="seed">Of its numbers.</param>
    /// <param name="settings">Further lines of <c>config.json</c>, as JSON.</param>
    public static TinyTextModel Gpt2(string prefix = "transformer.", int seed = 1, string settings = "{}")
    {
        var tiny = new TinyTextModel();
        var config = JsonNode.Parse("""
            {
              "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "vocab_size": 260, "n_positions": 48, "n_embd": 24, "n_layer": 2, "n_head": 3,
              "n_inner": null, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5, "bos_token_id": 259, "eos_token_id": 259
            }
            """)!.AsObject();
        tiny.WriteConfig(config, settings);
        var vocabulary = new JsonObject();
        foreach (var character in Alphabet()) vocabulary[character.ToString()] = vocabulary.Count;
        foreach (var token in new[] { "th", "the", "Ġthe", "<|endoftext|>" }) vocabulary[token] = vocabulary.Count;
        File.WriteAllText(tiny._folder.File("vocab.json"), vocabulary.ToJsonString());
        File.WriteAllText(tiny._folder.File("merges.txt"), "#version: 0.2\nt h\nth e\nĠ the\n");
        tiny.WriteWeights(new Gpt2Layout(TextModelConfigReader.Read(tiny._folder.File("config.json")), prefix), seed);
        return tiny;
    }

    /// <summary>A BERT classifier.</summary>
    /// <inheritdoc cref="Gpt2"/>
    public static TinyTextModel Bert(string prefix = "bert.", int seed = 1, string settings = "{}")
    {
        var tiny = new TinyTextModel();
        var config = JsonNode.Parse("""
            {
              "architectures": ["BertForSequenceClassification"], "model_type": "bert", "vocab_size": 22, "max_position_embeddings": 32, "hidden_size": 24,
              "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 40, "hidden_act": "gelu", "type_vocab_size": 2, "layer_norm_eps": 1e-12,
              "id2label": { "0": "negative", "1": "neutral", "2": "positive" }
            }
            """)!.AsObject();
        tiny.WriteConfig(config, settings);
        File.WriteAllLines(tiny._folder.File("vocab.txt"), BertVocabulary);
        tiny.WriteWeights(new BertLayout(TextModelConfigReader.Read(tiny._folder.File("config.json")), prefix), seed);
        return tiny;
    }

    /// <summary>Path of a file in the folder.</summary>
    public string FilePath(string name) => _folder.File(name);

    /// <summary>The model. The caller disposes.</summary>
    public TextModel Open() => TextModel.Open(FolderPath);

    /// <summary>Opens the folder, which must fail.</summary>
    public ModelException OpenFails() => Assert.Throws<ModelException>(Open);

    /// <summary>Sets one key of <c>config.json</c> to a value given as JSON.</summary>
    public void Configure(string key, string json)
    {
        var config = JsonNode.Parse(File.ReadAllText(FilePath("config.json")))!.AsObject();
        config[key] = JsonNode.Parse(json);
        File.WriteAllText(FilePath("config.json"), config.ToJsonString());
    }

    /// <summary>Writes the weights again, each tensor changed, or left out where the result is null.</summary>
    public void Rewrite(Func<TensorSource, TensorSource?> change)
    {
        var path = FilePath("model.safetensors");
        using var file = SafetensorsFile.Open(path);
        SafetensorsWriter.Write(path, [.. file.Tensors.Values.Select(entry => change(TensorSource.FromFile(new(file, entry)))).OfType<TensorSource>()]);
    }

    /// <summary>Calls the parameters of a BERT's norms gamma and beta, as the first checkpoints do.</summary>
    public void SpellNormsInGreek() => Rewrite(tensor => tensor with
    {
        Name = tensor.Name.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal).Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal),
    });

    public void Dispose() => _folder.Dispose();

    /// <summary>The characters that GPT-2 writes bytes with, by the byte.</summary>
    private static IEnumerable<char> Alphabet()
    {
        var next = 256;
        for (var value = 0; value < 256; value++)
            yield return value is (> 32 and < 127) or (> 160 and < 173) or (> 173 and < 256) ? (char)value : (char)next++;
    }

    private void WriteConfig(JsonObject config, string settings)
    {
        foreach (var (key, value) in JsonNode.Parse(settings)!.AsObject().ToArray()) config[key] = value?.DeepClone();
        File.WriteAllText(FilePath("config.json"), config.ToJsonString());
    }

    private void WriteWeights(TextModelLayout layout, int seed)
    {
        var random = new Random(seed);
        var tensors = layout.Parameters.Select(parameter =>
        {
            // Norms near 1 and 0, so that numbers neither vanish nor explode; the rest wide.
            var centre = parameter.IsLayerNorm && !parameter.IsBias ? 1 : 0;
            var width = parameter.IsLayerNorm || parameter.IsBias ? 0.4 : 0.6;
            float[] values = [.. Enumerable.Range(0, (int)parameter.Length).Select(_ => (float)(centre + (width * ((2 * random.NextDouble()) - 1))))];
            return TensorSource.FromFloats(parameter.Name, ElementType.F32, parameter.Shape, () => values);
        });
        SafetensorsWriter.Write(FilePath("model.safetensors"), [.. tensors]);
    }
}
