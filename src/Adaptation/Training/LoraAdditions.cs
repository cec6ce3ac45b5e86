using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Training;

/// <summary>The low-rank additions of a model's linear layers.</summary>
internal static class LoraAdditions
{
    /// <summary>A and B of every layer that is a target.</summary>
    /// <param name="layout">The model's parameters.</param>
    /// <param name="rank">At least 1.</param>
    /// <param name="targets">Layers, by the last parts of their names, for example <c>q_proj</c>.</param>
    /// <exception cref="ArgumentException">A target is none of the model's linear layers.</exception>
    public static IReadOnlyList<ModelParameter> Of(ModelLayout layout, int rank, IReadOnlyList<string> targets)
    {
        foreach (var target in targets.Where(target => !layout.Parameters.Any(parameter => IsTarget(parameter, target))))
            throw new ArgumentException($"The model has no linear layer '{target}'. Choose for example q_proj, v_proj, out_proj.");

        var additions = new List<ModelParameter>();
        foreach (var parameter in layout.Parameters.Where(parameter => targets.Any(target => IsTarget(parameter, target))))
        {
            var module = parameter.Name[..^".weight".Length];
            additions.Add(new(LoraNames.Down(module), [rank, parameter.Shape[1]], parameter.Part, parameter.Layer));
            additions.Add(new(LoraNames.Up(module), [parameter.Shape[0], rank], parameter.Part, parameter.Layer));
        }

        return additions;
    }

    private static bool IsTarget(ModelParameter parameter, string target) =>
        parameter.Shape.Count == 2 && $".{parameter.Name}".EndsWith($".{target}.weight", StringComparison.Ordinal);
}
