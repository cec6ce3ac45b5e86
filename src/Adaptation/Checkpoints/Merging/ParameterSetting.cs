namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>What a recipe says about one parameter: values for tensors by name and by depth.</summary>
/// <param name="Rules">In the order of the recipe; the first that fits a tensor holds.</param>
/// <param name="Line">Line of the recipe, from 1.</param>
public sealed record ParameterSetting(IReadOnlyList<ParameterSetting.Rule> Rules, int Line)
{
    /// <summary>A value for the tensors that a filter picks.</summary>
    /// <param name="Filter">Part of the tensor's name; null for every tensor.</param>
    /// <param name="Gradient">One value, or several that are interpolated from the first transformer layer to the last.</param>
    public sealed record Rule(string? Filter, IReadOnlyList<double> Gradient);

    /// <summary>The value for a tensor; null if no rule fits.</summary>
    /// <param name="tensor">Its name.</param>
    /// <param name="depth">0 at the first transformer layer and before it, 1 at the last and after it.</param>
    public double? For(string tensor, double depth) =>
        Rules.FirstOrDefault(rule => rule.Filter is null || tensor.Contains(rule.Filter, StringComparison.Ordinal)) is { } rule
            ? Interpolate(rule.Gradient, depth)
            : null;

    private static double Interpolate(IReadOnlyList<double> gradient, double depth)
    {
        var position = depth * (gradient.Count - 1);
        var below = (int)position;
        var above = Math.Min(gradient.Count - 1, below + 1);
        var share = position - below;
        return ((1 - share) * gradient[below]) + (share * gradient[above]);
    }
}
