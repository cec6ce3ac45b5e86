using System.Globalization;
using Attune.Evaluation;
using Attune.Recognition.Models;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>Reads MergeKit's YAML. Unknown keys and values out of range are errors that name the line.</summary>
internal sealed class RecipeReader(string path)
{
    private const string AncestorKey = "ancestor";

    private static readonly string[] RecipeKeys = ["merge_method", "models", "base_model", "parameters", "dtype"];

    private static readonly Dictionary<string, ElementType> Types = new(StringComparer.Ordinal)
    {
        ["float32"] = ElementType.F32,
        ["float16"] = ElementType.F16,
        ["bfloat16"] = ElementType.BF16,
    };

    private readonly string _path = System.IO.Path.GetFullPath(path);

    /// <inheritdoc cref="MergeRecipe.Read"/>
    public MergeRecipe Read()
    {
        var text = ReadText();
        var root = Parse(text);
        CheckKeys(root, RecipeKeys, "a recipe");
        var methodNode = Required(root, "merge_method");
        var method = MergeMethods.Find(Text(methodNode))
            ?? throw Wrong(methodNode, $"merge_method must be one of {string.Join(", ", MergeMethods.All.Select(item => item.Name))}. Given: '{Text(methodNode)}'.");
        var source = Find(root, "base_model") is { } node ? ReadModel(node, node, null, method) : null;
        var models = Models(root, method).Where(model => model.Path != source?.Path || model.Revision is not null || method.Base == BaseUse.DescriptionOnly).ToArray();
        CheckCounts(root, method, source, models.Length);
        var (parameters, ancestor) = RecipeParameters(root, method);
        foreach (var model in models) CheckRequired(model, parameters, method);
        return new MergeRecipe
        {
            Path = _path,
            Text = text,
            Method = method,
            Base = source,
            Models = models,
            Ancestor = ancestor,
            Parameters = parameters,
            Type = Find(root, "dtype") is { } type ? ReadType(type) : null,
        };
    }

    private string ReadText()
    {
        try
        {
            return File.ReadAllText(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MergeException($"The recipe cannot be read: {exception.Message}", exception);
        }
    }

    private YamlMappingNode Parse(string text)
    {
        try
        {
            return YamlTree.ReadMapping(new StringReader(text))
                ?? throw new MergeException($"{_path}:1: A recipe must be one YAML document with keys such as merge_method and models.");
        }
        catch (YamlException exception)
        {
            throw new MergeException($"{_path}:{exception.Start.Line}: {exception.Message.TrimEnd('.')}.", exception);
        }
    }

    private IEnumerable<RecipeModel> Models(YamlMappingNode root, MergeMethod method)
    {
        var node = Required(root, "models");
        if (node is not YamlSequenceNode { Children.Count: > 0 } list) throw Wrong(node, "models must be a list of '- model: FOLDER'.");
        foreach (var item in list)
        {
            if (item is not YamlMappingNode entry) throw Wrong(item, "Each of models must have the form '- model: FOLDER'.");
            CheckKeys(entry, ["model", "revision", "parameters"], "a model");
            var model = ReadModel(Required(entry, "model"), entry, Find(entry, "parameters"), method);
            yield return Find(entry, "revision") is { } revision ? WithRevision(model, revision) : model;
        }
    }

    private RecipeModel ReadModel(YamlNode name, YamlNode at, YamlNode? parameters, MergeMethod method)
    {
        var text = Text(name);
        if (text.Length == 0) throw Wrong(name, "A model must be the path of its folder.");
        var folder = FullPath(name, text);
        var known = method.ModelParameters;
        string Unknown(string key) => method.Parameters.Any(parameter => parameter.Name == key)
            ? $"'{key}' holds for the whole recipe: move it to the recipe's own parameters."
            : $"{method.Name} has no parameter '{key}' for a model. It has: {Names(known)}.";
        return new(
            text,
            System.IO.Path.TrimEndingDirectorySeparator(folder),
            parameters is null ? new Dictionary<string, ParameterSetting>() : ReadParameters(parameters, known, Unknown),
            (int)at.Start.Line);
    }

    private RecipeModel WithRevision(RecipeModel model, YamlNode node)
    {
        var text = Text(node);
        if (text.Length == 0) throw Wrong(node, "A revision must be the path of a file that 'attune domain export' wrote.");
        return model with { Name = $"{model.Name} with {text}", Revision = FullPath(node, text) };
    }

    private string FullPath(YamlNode node, string text) => text.Contains('\0', StringComparison.Ordinal)
        ? throw Wrong(node, "A path must not have a zero character.")
        : System.IO.Path.GetFullPath(text, System.IO.Path.GetDirectoryName(_path)!);

    private (IReadOnlyDictionary<string, ParameterSetting> Parameters, RecipeModel? Ancestor) RecipeParameters(YamlMappingNode root, MergeMethod method)
    {
        if (Find(root, "parameters") is not { } node) return (new Dictionary<string, ParameterSetting>(), null);
        MergeParameter[] known = [.. method.Parameters, .. method.ModelParameters];
        var names = Names(known) + (method.TakesAncestor ? $", {AncestorKey}" : string.Empty);
        var ancestor = method.TakesAncestor && node is YamlMappingNode map && Find(map, AncestorKey) is { } name ? ReadModel(name, name, null, method) : null;
        return (ReadParameters(node, known, key => $"{method.Name} has no parameter '{key}'. It has: {names}.", ancestor is null ? null : AncestorKey), ancestor);
    }

    private Dictionary<string, ParameterSetting> ReadParameters(
        YamlNode node, IReadOnlyList<MergeParameter> known, Func<string, string> unknown, string? ignored = null)
    {
        if (node is not YamlMappingNode map) throw Wrong(node, "parameters must be keys with values, such as 'weight: 0.5'.");
        var settings = new Dictionary<string, ParameterSetting>(StringComparer.Ordinal);
        foreach (var (key, value) in map)
        {
            var name = Text(key);
            if (name == ignored) continue;
            var parameter = known.FirstOrDefault(item => item.Name == name) ?? throw Wrong(key, unknown(name));
            settings.Add(name, new(ReadRules(parameter, value), (int)key.Start.Line));
        }

        return settings;
    }

    /// <summary>A value, a gradient of values, or a list of filters with either.</summary>
    private ParameterSetting.Rule[] ReadRules(MergeParameter parameter, YamlNode node)
    {
        if (node is not YamlSequenceNode list || list.All(item => item is YamlScalarNode)) return [new(null, ReadGradient(parameter, node))];
        return [.. list.Select(item => ReadRule(parameter, item))];
    }

    private ParameterSetting.Rule ReadRule(MergeParameter parameter, YamlNode node)
    {
        if (node is not YamlMappingNode map) throw Wrong(node, $"Each part of {parameter.Name} must have 'value', and may have 'filter'.");
        CheckKeys(map, ["filter", "value"], $"a part of {parameter.Name}");
        var filter = Find(map, "filter") is { } text ? Text(text) : null;
        return new(filter is "*" or "" ? null : filter, ReadGradient(parameter, Required(map, "value")));
    }

    private double[] ReadGradient(MergeParameter parameter, YamlNode node) => node switch
    {
        YamlScalarNode scalar => [ReadNumber(parameter, scalar)],
        YamlSequenceNode { Children.Count: > 0 } list when !parameter.IsFlag => [.. list.Select(item => ReadNumber(parameter, item))],
        _ => throw Wrong(node, $"{parameter.Name} must be {parameter.Rule}."),
    };

    private double ReadNumber(MergeParameter parameter, YamlNode node)
    {
        var text = Text(node);
        double? value = text switch
        {
            _ when !parameter.IsFlag => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null,
            "true" or "True" or "1" => 1,
            "false" or "False" or "0" => 0,
            _ => null,
        };
        return value is { } given && parameter.Allows(given)
            ? given
            : throw Wrong(node, $"{parameter.Name} must be {parameter.Rule}. Given: '{text}'.");
    }

    private ElementType ReadType(YamlNode node) => Types.TryGetValue(Text(node), out var type)
        ? type
        : throw Wrong(node, $"dtype must be one of {string.Join(", ", Types.Keys)}. Given: '{Text(node)}'.");

    private void CheckCounts(YamlMappingNode root, MergeMethod method, RecipeModel? source, int count)
    {
        if (source is null && method.Base == BaseUse.Required) throw Wrong(root, $"{method.Name} needs base_model.");
        if (count >= method.MinModels && count <= method.MaxModels) return;
        var wanted = method.MinModels == method.MaxModels ? $"exactly {method.MinModels}" : $"at least {method.MinModels}";
        var beside = method.Base == BaseUse.DescriptionOnly ? string.Empty : " beside base_model";
        throw Wrong(Find(root, "models")!, $"{method.Name} needs {wanted} model{(method.MinModels == 1 ? "" : "s")}{beside}. Given: {count}.");
    }

    private void CheckRequired(RecipeModel model, IReadOnlyDictionary<string, ParameterSetting> shared, MergeMethod method)
    {
        var missing = method.ModelParameters.FirstOrDefault(
            parameter => parameter.Default is null && !model.Parameters.ContainsKey(parameter.Name) && !shared.ContainsKey(parameter.Name));
        if (missing is not null)
        {
            throw new MergeException(
                $"{_path}:{model.Line}: {model.Name} needs the parameter '{missing.Name}', in its own parameters or in the recipe's.");
        }
    }

    private void CheckKeys(YamlMappingNode map, IReadOnlyList<string> known, string what)
    {
        foreach (var (key, _) in map)
        {
            if (!known.Contains(Text(key))) throw Wrong(key, $"'{Text(key)}' is not a key of {what}. Keys are {string.Join(", ", known)}.");
        }
    }

    private YamlNode Required(YamlMappingNode map, string key) => Find(map, key) ?? throw Wrong(map, $"'{key}' is missing.");

    private static YamlNode? Find(YamlMappingNode map, string key) => map.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null;

    private string Text(YamlNode node) => node is YamlScalarNode scalar ? scalar.Value ?? string.Empty : throw Wrong(node, "A single value was expected here.");

    private static string Names(IReadOnlyList<MergeParameter> parameters) =>
        parameters.Count == 0 ? "none" : string.Join(", ", parameters.Select(parameter => parameter.Name));

    private MergeException Wrong(YamlNode node, string rule) => new($"{_path}:{node.Start.Line}: {rule}");
}
