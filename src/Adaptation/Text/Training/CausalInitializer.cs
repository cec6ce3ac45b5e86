using System.Text.Json;
using Attune.Adaptation.Training;
using Attune.Recognition.Models;
using Attune.Text.Models;
using Attune.Text.Tokenization;

namespace Attune.Adaptation.Text.Training;

/// <summary>The shape of a new GPT-2.</summary>
/// <param name="LayerCount">Transformer layers.</param>
/// <param name="HiddenSize">Width, a multiple of the heads.</param>
/// <param name="HeadCount">Attention heads.</param>
/// <param name="ContextLength">Most tokens that it reads at once.</param>
public sealed record CausalShape(int LayerCount, int HiddenSize, int HeadCount, int ContextLength);

/// <summary>Makes a folder of a GPT-2 with random weights, to be trained from nothing.</summary>
/// <remarks>
/// Radford et al. 2019: weights normal with deviation 0.02, those that write into the residual stream smaller by sqrt(2 layers); norms start as identity,
/// biases at 0.
/// </remarks>
public static class CausalInitializer
{
    private const double Deviation = 0.02;

    /// <summary>Writes the folder.</summary>
    /// <param name="folder">Created if need be.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="merges">Merges of its tokenizer, from <see cref="BytePairTrainer"/>.</param>
    /// <param name="seed">Decides the weights.</param>
    /// <exception cref="ModelException">No model can have that shape.</exception>
    public static void Write(string folder, CausalShape shape, IReadOnlyList<(string Left, string Right)> merges, int seed)
    {
        var count = ByteLevelFiles.Write(folder, merges);
        var config = new
        {
            architectures = new[] { "GPT2LMHeadModel" },
            model_type = "gpt2",
            vocab_size = count,
            n_positions = shape.ContextLength,
            n_embd = shape.HiddenSize,
            n_layer = shape.LayerCount,
            n_head = shape.HeadCount,
            activation_function = "gelu_new",
            bos_token_id = count - 1,
            eos_token_id = count - 1,
        };
        var path = Path.Combine(folder, "config.json");
        ModelFolderWriter.WriteText(path, JsonSerializer.Serialize(config));
        var layout = new Gpt2Layout(TextModelConfigReader.Read(path), "transformer.");
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            [.. layout.Parameters.Select(parameter => TensorSource.FromFloats(parameter.Name, ElementType.F32, parameter.Shape, () => Values(parameter, shape, seed)))]);
    }

    private static float[] Values(ModelParameter parameter, CausalShape shape, int seed)
    {
        var values = new float[parameter.Length];
        if (parameter.Shape.Count == 1)
        {
            if (!parameter.IsBias) Array.Fill(values, 1);
            return values;
        }

        var deviation = parameter.Name.EndsWith("c_proj.weight", StringComparison.Ordinal) ? Deviation / Math.Sqrt(2.0 * shape.LayerCount) : Deviation;
        var random = SeededRandom.For(seed, parameter.Name);
        foreach (ref var value in values.AsSpan()) value = (float)(deviation * random.Normal());
        return values;
    }
}
