using Attune.Recognition.Models;

namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>Every tensor of the result with the parameters that hold for it, so that a recipe is wrong before anything is computed.</summary>
internal sealed class MergePlan
{
    private readonly MergeRecipe _recipe;
    private readonly MergeSources _sources;

    /// <exception cref="MergeException">A tensor has no value for a parameter, or a filter fits no tensor.</exception>
    public MergePlan(MergeRecipe recipe, MergeSources sources)
    {
        _recipe = recipe;
        _sources = sources;
        Tensors = [.. List().OrderBy(tensor => tensor.Name, StringComparer.Ordinal).Select(Evaluate)];
        CheckFilters(recipe.Parameters);
        foreach (var model in recipe.Models) CheckFilters(model.Parameters);
    }

    /// <summary>The tensors, in the order of the file.</summary>
    public IReadOnlyList<PlannedTensor> Tensors { get; }

    private IEnumerable<PlannedTensor> List()
    {
        var reference = _sources.Reference;
        var layout = reference.Model.Parameters;
        for (var i = 0; i < layout.Count; i++)
        {
            var type = _recipe.Type ?? reference.Find(layout[i].Name)!.Type;
            yield return new(layout[i].Name, layout[i].Shape, type, i, Depth(layout[i]));
        }

        var known = _sources.All.SelectMany(source => source.Model.Parameters).Select(parameter => parameter.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var name in _sources.All.SelectMany(source => source.Model.Weights.Names).Distinct().Where(name => !known.Contains(name)))
            yield return Further(name);
    }

    /// <summary>
    /// A tensor that recognition does not need, such as the vector for masked frames: merged if all models have it alike, else taken from the
    /// first that has it, the base before the others.
    /// </summary>
    private PlannedTensor Further(string name)
    {
        var owner = _sources.Base?.Find(name) is not null ? _sources.Base : _sources.All.First(source => source.Find(name) is not null);
        var entry = owner.Find(name)!;
        var alike = entry.Type.IsFloat() && _sources.All.All(
            source => source.Find(name) is { } other && other.Type.IsFloat() && other.Shape.SequenceEqual(entry.Shape));
        return new(name, entry.Shape, alike ? _recipe.Type ?? entry.Type : entry.Type, -1, 0) { CopiedFrom = alike ? null : owner };
    }

    private double Depth(ModelParameter parameter)
    {
        var layers = _sources.Reference.Model.LayerCount;
        return parameter.Part switch
        {
            ModelPart.TransformerLayer => layers == 1 ? 1 : (double)parameter.Layer / (layers - 1),
            ModelPart.Head or ModelPart.Pooler => 1,
            ModelPart.Encoder when _sources.Reference.EndsInNorm && parameter.IsLayerNorm => 1, // it follows the last layer
            _ => 0,
        };
    }

    private PlannedTensor Evaluate(PlannedTensor tensor)
    {
        if (tensor.CopiedFrom is not null) return tensor;
        var method = _recipe.Method;
        var planned = tensor with
        {
            Parameters = Evaluate(tensor, method.Parameters, [_recipe.Parameters], "the recipe"),
            ModelParameters =
            [
                .. _recipe.Models.Select(model => Evaluate(tensor, method.ModelParameters, [model.Parameters, _recipe.Parameters], model.Name)),
            ],
        };
        foreach (var parameters in planned.ModelParameters)
        {
            if (method.Check(parameters) is { } problem) throw new MergeException($"{_recipe.Path}: For tensor '{tensor.Name}' {problem}.");
        }

        return planned;
    }

    /// <summary>Values of parameters; the first setting that has one for the tensor holds.</summary>
    private TensorParameters Evaluate(
        PlannedTensor tensor, IReadOnlyList<MergeParameter> parameters, IReadOnlyDictionary<string, ParameterSetting>[] settings, string owner)
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var parameter in parameters)
        {
            var value = settings
                .Select(setting => setting.GetValueOrDefault(parameter.Name)?.For(tensor.Name, tensor.Depth))
                .FirstOrDefault(found => found is not null) ?? parameter.Default;
            values[parameter.Name] = value ?? throw new MergeException(
                $"{_recipe.Path}: Tensor '{tensor.Name}' has no value for '{parameter.Name}' of {owner}. Give one without filter at the end.");
        }

        return new TensorParameters(values);
    }

    private void CheckFilters(IReadOnlyDictionary<string, ParameterSetting> settings)
    {
        foreach (var (name, setting) in settings)
        {
            foreach (var filter in setting.Rules.Select(rule => rule.Filter).OfType<string>())
            {
                if (Tensors.Any(tensor => tensor.Name.Contains(filter, StringComparison.Ordinal))) continue;
                throw new MergeException(
                    $"{_recipe.Path}:{setting.Line}: No tensor's name contains the filter '{filter}' of {name}. Names are such as "
                    + $"'{Tensors.First(tensor => tensor.Depth == 1).Name}'.");
            }
        }
    }
}
