using System.Globalization;
using System.Text.Json;
using Attune.Recognition.Models;
using Attune.Text.Models;

namespace Attune.Benchmarks;

/// <summary>Model folders of the shapes of wav2vec2-base (94.4 M parameters) and GPT-2 (124.4 M) with random weights, for costs that do not depend on them.</summary>
internal static class RandomModel
{
    /// <summary>Config with Hugging Face's defaults, which are wav2vec2-base's.</summary>
    private const string Config = """{"architectures":["Wav2Vec2ForCTC"],"model_type":"wav2vec2","vocab_size":32,"pad_token_id":0}""";

    /// <summary>Writes the folder, if it is not there yet.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="seed">Seed of the weights. Default 1.</param>
    public static string Create(string folder, int seed = 1)
    {
        if (File.Exists(Path.Combine(folder, "model.safetensors"))) return folder;

        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), Config);
        File.WriteAllText(Path.Combine(folder, "preprocessor_config.json"), """{"do_normalize":true,"feature_size":1,"sampling_rate":16000}""");
        File.WriteAllText(Path.Combine(folder, "vocab.json"), JsonSerializer.Serialize(Vocabulary()));
        Write(folder, new ModelLayout(ModelConfigReader.Read(Path.Combine(folder, "config.json")), WeightNormSpelling.Suffixes).Parameters, seed);
        return folder;
    }

    /// <summary>Writes a folder of GPT-2's shape, if it is not there yet. Its tokens beyond the bytes are made up: nothing is merged.</summary>
    /// <param name="folder">The model folder.</param>
    public static string CreateGpt2(string folder)
    {
        const int vocabulary = 50_257;
        if (File.Exists(Path.Combine(folder, "model.safetensors"))) return folder;

        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), """{"architectures":["GPT2LMHeadModel"],"model_type":"gpt2"}""");
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "");
        var next = 0x100;
        var bytes = Enumerable.Range(0, 256).Select(value => value is (> 32 and < 127) or (> 160 and < 173) or > 173 ? (char)value : (char)next++);
        var tokens = bytes.Select(character => character.ToString()).Concat(Enumerable.Range(256, vocabulary - 256).Select(id => $"token-{id}"));
        File.WriteAllText(Path.Combine(folder, "vocab.json"), JsonSerializer.Serialize(tokens.Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id)));
        Write(folder, new Gpt2Layout(TextModelConfigReader.Read(Path.Combine(folder, "config.json")), "transformer.").Parameters, seed: 1);
        return folder;
    }

    private static void Write(string folder, IEnumerable<ModelParameter> parameters, int seed)
    {
        var random = new Random(seed);
        var tensors = parameters.Select(
            parameter => TensorSource.FromFloats(parameter.Name, ElementType.F32, parameter.Shape, () => Values(parameter, random)));
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), [.. tensors]);
    }

    private static Dictionary<string, int> Vocabulary()
    {
        string[] tokens = ["<pad>", "<s>", "</s>", "<unk>", "|", .. Enumerable.Range(0, 27).Select(i => i == 26 ? "'" : ((char)('A' + i)).ToString(CultureInfo.InvariantCulture))];
        return tokens.Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id);
    }

    /// <summary>Norms near 1 and 0; everything else scaled so that activations keep their size.</summary>
    private static float[] Values(ModelParameter parameter, Random random)
    {
        var isGain = parameter.Shape.Count == 1 && !parameter.IsBias;
        var inputs = (double)parameter.Shape.Skip(1).Aggregate(1L, (product, extent) => product * extent);
        var scale = parameter.Shape.Count == 1 ? 0.1 : Math.Sqrt(3 / inputs);
        var values = new float[parameter.Length];
        for (var i = 0; i < values.Length; i++) values[i] = (float)((isGain ? 1 : 0) + (scale * ((2 * random.NextDouble()) - 1)));
        return values;
    }
}
