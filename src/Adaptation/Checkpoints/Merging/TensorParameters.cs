namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>The values of parameters for one tensor; what a recipe does not give has its default.</summary>
/// <param name="values">By name.</param>
internal sealed class TensorParameters(IReadOnlyDictionary<string, double> values)
{
    /// <summary>The default of everything.</summary>
    public static TensorParameters Defaults { get; } = new(new Dictionary<string, double>());

    /// <summary>A number.</summary>
    /// <exception cref="InvalidOperationException">It has no default and was not given; the recipe's check finds that earlier.</exception>
    public double this[MergeParameter parameter] => values.TryGetValue(parameter.Name, out var value)
        ? value
        : parameter.Default ?? throw new InvalidOperationException($"Parameter '{parameter.Name}' is missing.");

    /// <summary>A yes or no.</summary>
    public bool Flag(MergeParameter parameter) => this[parameter] != 0;
}
