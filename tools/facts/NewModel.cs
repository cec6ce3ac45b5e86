using System.Text.Json;
using System.Text.Json.Nodes;
using Attune.Recognition.Models;
using Attune.Text.Models;

namespace Attune.Facts;

/// <summary>Writes the folder of a GPT-2 with random weights and a tokenizer learnt from text.</summary>
internal static class NewModel
{
    private const int Layers = 4, Hidden = 128, Heads = 4, Context = 64, Merges = 420;

    /// <summary>As GPT-2 is initialised: matrices normal with this deviation, those that end in the residual stream less.</summary>
    private const double Deviation = 0.02;

    private static readonly string[] Architectures = ["GPT2LMHeadModel"];

    public static void Write(string folder, IEnumerable<string> texts, int seed)
    {
        Directory.CreateDirectory(folder);
        var merges = BytePairs.Learn(texts, Merges);
        var vocabulary = new JsonObject();
        for (var value = 0; value < 256; value++) vocabulary[Character(value)] = value;
        foreach (var (left, right) in merges) vocabulary[left + right] = vocabulary.Count;
        var end = vocabulary.Count;
        vocabulary["<|endoftext|>"] = end;
        File.WriteAllText(Path.Combine(folder, "vocab.json"), vocabulary.ToJsonString());
        File.WriteAllLines(Path.Combine(folder, "merges.txt"), merges.Select(merge => $"{merge.Left} {merge.Right}").Prepend("#version: 0.2"));
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(new
        {
            architectures = Architectures,
            model_type = "gpt2",
            vocab_size = vocabulary.Count,
            n_positions = Context,
            n_embd = Hidden,
            n_layer = Layers,
            n_head = Heads,
            activation_function = "gelu_new",
            layer_norm_epsilon = 1e-5,
            bos_token_id = end,
            eos_token_id = end,
        }));
        var layout = new Gpt2Layout(TextModelConfigReader.Read(Path.Combine(folder, "config.json")), "transformer.");
        var random = new Random(seed);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), [.. layout.Parameters.Select(parameter => Initial(parameter, random))]);
    }

    private static TensorSource Initial(ModelParameter parameter, Random random)
    {
        var values = new float[parameter.Length];
        if (parameter.IsLayerNorm && !parameter.IsBias) Array.Fill(values, 1);
        else if (!parameter.IsBias)
        {
            var deviation = parameter.Name.EndsWith("c_proj.weight", StringComparison.Ordinal) ? Deviation / Math.Sqrt(2 * Layers) : Deviation;
            for (var i = 0; i < values.Length; i++)
                values[i] = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return TensorSource.FromFloats(parameter.Name, ElementType.F32, parameter.Shape, () => values);
    }

    /// <summary>The character that GPT-2's vocabulary writes a byte with.</summary>
    private static string Character(int value)
    {
        static bool IsPrintable(int value) => value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
        return ((char)(IsPrintable(value) ? value : 0x100 + Enumerable.Range(0, value).Count(lower => !IsPrintable(lower)))).ToString();
    }
}
