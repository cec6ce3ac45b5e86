using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Training;

/// <summary>The low-rank additions of a model's linear layers.</summary>
internal static class LoraAdditions
{
    /// <summary>A and B of every layer that is a target.</summary>
    /// <param name="model">The model's parameters.</param>
    /// <param name="rank">At least 1.</param>
    /// <param name="targets">Layers, by the last parts of their names, for example <c>q_proj</c>.</param>
    /// <exception cref="ArgumentException">A target is none of the model's linear layers.</exception>
    public static IReadOnlyList<ModelParameter> Of(IReadOnlyList<ModelParameter> model, int rank, IReadOnlyList<string> targets)
    {
        foreach (var target in targets.Where(target => !model.Any(parameter => IsTarget(parameter, target))))
            throw new ArgumentException($"The model has no linear layer '{target}'. Choose for example {Examples(model)}.");

        var additions = new List<ModelParameter>();
        foreach (var parameter in Targets(model, targets))
        {
            var module = parameter.Name[..^".weight".Length];
            var (outputs, inputs) = parameter.IsTransposed ? (parameter.Shape[1], parameter.Shape[0]) : (parameter.Shape[0], parameter.Shape[1]);
            additions.Add(new(LoraNames.Down(module), [rank, inputs], parameter.Part, parameter.Layer));
            additions.Add(new(LoraNames.Up(module), [outputs, rank], parameter.Part, parameter.Layer));
        }

        return additions;
    }

    /// <summary>The weights that the names mean.</summary>
    public static IEnumerable<ModelParameter> Targets(IReadOnlyList<ModelParameter> model, IReadOnlyList<string> targets) =>
        model.Where(parameter => targets.Any(target => IsTarget(parameter, target)));

    /// <summary>Layers of the first transformer layer that could be targets.</summary>
    private static string Examples(IReadOnlyList<ModelParameter> model) => string.Join(
        ", ",
        model.Where(parameter => parameter is { Layer: 0, Shape.Count: 2 }).Select(parameter => parameter.Name.Split('.')[^2]).Distinct());

    private static bool IsTarget(ModelParameter parameter, string target) =>
        parameter.Shape.Count == 2 && parameter.Part != ModelPart.Embeddings && $".{parameter.Name}".EndsWith($".{target}.weight", StringComparison.Ordinal);
}
