using Attune.Adaptation.Network;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Training;

/// <summary>What training changes: the parameters of a set, the vector that masked frames become, or low-rank additions.</summary>
internal static class TrainableParameters
{
    /// <summary>Name of the vector that masked frames become; Hugging Face's.</summary>
    public static string MaskEmbedding(ModelConfig config) => config.Prefix + ".masked_spec_embed";

    /// <summary>The parameters as the model has them. The caller disposes.</summary>
    /// <param name="model">The model that training starts from.</param>
    /// <param name="options">Which parameters.</param>
    /// <param name="seed">Decides what the model does not have: low-rank additions, and the masks' vector if its file lacks it.</param>
    /// <exception cref="ArgumentException">The set does not exist or fits no parameter.</exception>
    public static ParameterTensors Create(Model model, FineTuningOptions options, int seed)
    {
        var layout = new ParameterLayout([.. Own(model, options), new(MaskEmbedding(model.Config), [model.Config.HiddenSize], ModelPart.Encoder)]);
        var values = new float[layout.Length];
        foreach (var slice in layout.Slices) Fill(model, slice, values.AsSpan(slice.Offset, slice.Length), seed);
        return new ParameterTensors(new AdaptableParameters(layout, values))
        {
            LoraScale = options.LoraRank > 0 ? (float)(options.LoraAlpha / options.LoraRank) : LoraNames.Scale,
        };
    }

    private static List<ModelParameter> Own(Model model, FineTuningOptions options)
    {
        if (options.LoraRank == 0)
            return [.. ParameterSet.Parse(options.Parameters).In(model.Layout, model.Config).Slices.Select(slice => slice.Parameter)];

        var additions = new List<ModelParameter>();
        foreach (var target in options.LoraTargets)
        {
            var found = model.Layout.Parameters.Where(parameter => parameter.Name.EndsWith($"{target}.weight", StringComparison.Ordinal)
                && parameter.Shape.Count == 2).ToList();
            if (found.Count == 0) throw new ArgumentException($"The model has no linear layer '{target}'. Choose for example q_proj, v_proj, out_proj.");
            foreach (var parameter in found)
            {
                var module = parameter.Name[..^".weight".Length];
                additions.Add(new(LoraNames.Down(module), [options.LoraRank, parameter.Shape[1]], parameter.Part, parameter.Layer));
                additions.Add(new(LoraNames.Up(module), [parameter.Shape[0], options.LoraRank], parameter.Part, parameter.Layer));
            }
        }

        return additions;
    }

    private static void Fill(Model model, ParameterSlice slice, Span<float> target, int seed)
    {
        var name = slice.Parameter.Name;
        if (model.Weights.TryFind(name, out var location))
        {
            location.File.ReadFloats(name).CopyTo(target);
        }
        else if (!name.EndsWith(".lora_B.weight", StringComparison.Ordinal))
        {
            // A of LoRA as PEFT starts it; the masks' vector small.
            var bound = LoraNames.IsDown(name) ? 1 / Math.Sqrt(slice.Parameter.Shape[1]) : 0.1;
            var random = SeededRandom.For(seed, name);
            foreach (ref var value in target) value = (float)random.Between(-bound, bound);
        }
    }
}
