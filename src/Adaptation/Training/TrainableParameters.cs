using Attune.Adaptation.Network;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Training;

/// <summary>What training changes: the parameters of a set, the vector that masked frames become, or low-rank additions.</summary>
internal static class TrainableParameters
{
    /// <summary>Name of the vector that masked frames become; Hugging Face's.</summary>
    public static string MaskEmbedding(ModelConfig config) => config.Prefix + ".masked_spec_embed";

    /// <summary>That vector.</summary>
    public static ModelParameter MaskParameter(ModelConfig config) => new(MaskEmbedding(config), [config.HiddenSize], ModelPart.Encoder);

    /// <summary>The parameters as a speech model has them, and its masks' vector. The caller disposes.</summary>
    /// <inheritdoc cref="Create(IModel, FineTuningOptions, LoraAdapter?, int, ModelParameter?)" path="/*"/>
    public static ParameterTensors Create(Model model, FineTuningOptions options, LoraAdapter? adapter, int seed) =>
        Create(model, options, adapter, seed, MaskParameter(model.Config));

    /// <summary>The parameters as the model has them. The caller disposes.</summary>
    /// <param name="model">The model that training starts from.</param>
    /// <param name="options">Which parameters.</param>
    /// <param name="adapter">Gives the low-rank additions' first values; null for new ones, which change nothing yet.</param>
    /// <param name="seed">Decides what the model does not have: new low-rank additions, and the masks' vector if its file lacks it.</param>
    /// <param name="also">A parameter that is trained in any case; null for none.</param>
    /// <exception cref="ArgumentException">The set does not exist or fits no parameter, or the adapter has other additions.</exception>
    public static ParameterTensors Create(IModel model, FineTuningOptions options, LoraAdapter? adapter, int seed, ModelParameter? also = null)
    {
        var layout = new ParameterLayout([.. Own(model, options), .. also is null ? Array.Empty<ModelParameter>() : [also]]);
        var values = new float[layout.Length];
        foreach (var slice in layout.Slices) Fill(model, slice, values.AsSpan(slice.Offset, slice.Length), seed);
        if (adapter is not null) Fill(adapter, layout, values);
        return new ParameterTensors(new AdaptableParameters(layout, values))
        {
            LoraScale = options.LoraRank > 0 ? (float)(options.LoraAlpha / options.LoraRank) : LoraNames.Scale,
        };
    }

    private static IEnumerable<ModelParameter> Own(IModel model, FineTuningOptions options) => options.LoraRank > 0
        ? LoraAdditions.Of(model.Parameters, options.LoraRank, options.LoraTargets)
        : ParameterSet.Parse(options.Parameters).In(model.Parameters, model.LayerCount).Slices.Select(slice => slice.Parameter);

    private static void Fill(LoraAdapter adapter, ParameterLayout layout, Span<float> values)
    {
        var additions = adapter.Additions;
        foreach (var slice in layout.Slices.Where(slice => LoraNames.IsAddition(slice.Parameter.Name)))
        {
            if (additions.Layout.Slices.FirstOrDefault(own => own.Parameter.Name == slice.Parameter.Name) is not { } own || own.Length != slice.Length)
                throw new ArgumentException($"The adapter must have the rank and the targets of the training. It lacks '{slice.Parameter.Name}' of that shape.");
            additions[own].Span.CopyTo(values[slice.Offset..]);
        }
    }

    private static void Fill(IModel model, ParameterSlice slice, Span<float> target, int seed)
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
