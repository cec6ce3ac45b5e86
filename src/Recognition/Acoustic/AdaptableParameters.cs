using Attune.Recognition.Models;

namespace Attune.Recognition.Acoustic;

/// <summary>One version of the parameters that adaptation may change.</summary>
/// <remarks>Immutable: a request that took it keeps it to its end.</remarks>
public sealed class AdaptableParameters
{
    public AdaptableParameters(ParameterLayout layout, ReadOnlyMemory<float> values)
    {
        if (values.Length != layout.Length)
            throw new ArgumentException($"The layout has {layout.Length} values. Given: {values.Length}.", nameof(values));

        Layout = layout;
        Values = values;
    }

    /// <summary>Which parameter lies where in <see cref="Values"/>.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>All values, packed as <see cref="Layout"/> says.</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>The values of one parameter, row-major.</summary>
    public ReadOnlyMemory<float> this[ParameterSlice slice] => Values.Slice(slice.Offset, slice.Length);

    /// <summary>The parameters as the model has them: the source of every adaptation.</summary>
    /// <remarks>
    /// Low-rank additions start as LoRA's do, so that they change nothing yet: A uniform in +-1/sqrt(inputs) from a fixed seed, B zero.
    /// </remarks>
    public static AdaptableParameters Source(Model model, ParameterSet set) => Source(model.Weights, set.In(model.Layout, model.Config));

    /// <summary>The parameters as the weights of any model have them.</summary>
    /// <inheritdoc cref="Source(Model, ParameterSet)" path="/remarks"/>
    public static AdaptableParameters Source(ModelWeights weights, ParameterLayout layout)
    {
        var values = new float[layout.Length];
        foreach (var slice in layout.Slices)
        {
            var target = values.AsSpan(slice.Offset, slice.Length);
            if (LoraNames.IsDown(slice.Parameter.Name)) FillUniform(target, 1 / Math.Sqrt(slice.Parameter.Shape[1]), seed: slice.Offset);
            else if (!LoraNames.IsAddition(slice.Parameter.Name)) weights.ReadFloats(slice.Parameter.Name, target);
        }

        return new AdaptableParameters(layout, values);
    }

    private static void FillUniform(Span<float> target, double bound, int seed)
    {
        var random = new Random(seed);
        foreach (ref var value in target) value = (float)(((2 * random.NextDouble()) - 1) * bound);
    }
}
