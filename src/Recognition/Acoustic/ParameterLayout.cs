using Attune.Recognition.Models;

namespace Attune.Recognition.Acoustic;

/// <summary>Where one parameter lies in the buffer that holds all of a set.</summary>
/// <param name="Parameter">Name, shape and place in the model.</param>
/// <param name="Offset">Index of its first value.</param>
public sealed record ParameterSlice(ModelParameter Parameter, int Offset)
{
    /// <summary>Number of values.</summary>
    public int Length => checked((int)Parameter.Length);
}

/// <summary>The parameters of a set, packed one after another into a single buffer.</summary>
/// <remarks>
/// One buffer makes an optimizer step a handful of operations whatever the number of tensors, and a revision one block of
/// memory that ONNX Runtime reads in place. Immutable.
/// </remarks>
public sealed class ParameterLayout
{
    private readonly Dictionary<string, ParameterSlice> _byName = new(StringComparer.Ordinal);

    public ParameterLayout(IEnumerable<ModelParameter> parameters)
    {
        var slices = new List<ParameterSlice>();
        foreach (var parameter in parameters)
        {
            var slice = new ParameterSlice(parameter, Length);
            slices.Add(slice);
            _byName.Add(parameter.Name, slice);
            Length = checked(Length + slice.Length);
        }

        Slices = slices;
    }

    /// <summary>The parameters in order.</summary>
    public IReadOnlyList<ParameterSlice> Slices { get; }

    /// <summary>Number of values in the buffer.</summary>
    public int Length { get; }

    /// <summary>Whether a parameter is part of the set.</summary>
    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>Where a parameter lies; null if it is not part of the set.</summary>
    public ParameterSlice? Find(string name) => _byName.GetValueOrDefault(name);
}
