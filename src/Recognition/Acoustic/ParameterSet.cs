using System.Globalization;
using Attune.Recognition.Models;

namespace Attune.Recognition.Acoustic;

/// <summary>Which parameters of a model adaptation may change.</summary>
/// <remarks>
/// <list type="table">
/// <item><term><c>layer-norm</c></term><description>weight and bias of every LayerNorm</description></item>
/// <item><term><c>suta</c></term><description>those, the convolutional feature extractor and the feature projection: the set of
/// SUTA (Lin et al. 2022, arXiv 2203.14222), and the default</description></item>
/// <item><term><c>top-K</c></term><description>the LayerNorms of the last K transformer layers</description></item>
/// <item><term><c>bias</c></term><description>every bias (BitFit, Ben Zaken et al. 2021, arXiv 2106.10199)</description></item>
/// <item><term><c>lora</c>, <c>lora-R</c></term><description>low-rank additions of rank R, 8 unless given, to the query and value
/// projections (Hu et al. 2021, arXiv 2106.09685); in GPT-2 to the one projection that gives query, key and value</description></item>
/// <item><term><c>all</c></term><description>every parameter</description></item>
/// </list>
/// Immutable.
/// </remarks>
public sealed record ParameterSet
{
    /// <summary>The names that <see cref="Parse"/> takes, for help and error messages.</summary>
    public const string Names = "layer-norm, suta, top-K (K from 1), bias, lora, lora-R (R from 1), all";

    /// <summary>Rank of <c>lora</c> where none is given.</summary>
    public const int DefaultLoraRank = 8;

    /// <summary>Ends of the names of the weights that low-rank additions are made to: of speech models, BERT and GPT-2.</summary>
    private static readonly string[] LoraTargets =
    [
        "attention.q_proj.weight", "attention.v_proj.weight", "attention.self.query.weight", "attention.self.value.weight", "attn.c_attn.weight",
    ];

    private readonly Func<ModelParameter, int, bool> _contains;

    private ParameterSet(string name, Func<ModelParameter, int, bool> contains)
    {
        Name = name;
        _contains = contains;
    }

    /// <summary>LayerNorms, feature extractor and feature projection: the published set.</summary>
    public static ParameterSet Suta { get; } = new(
        "suta",
        (parameter, _) => parameter.IsLayerNorm || parameter.Part is ModelPart.FeatureExtractor or ModelPart.FeatureProjection);

    /// <summary>The name that <see cref="Parse"/> takes.</summary>
    public string Name { get; }

    /// <summary>K for <c>top-K</c>; 0 for sets that also change something below the transformer's top.</summary>
    public int TopLayers { get; private init; }

    /// <summary>Rank of the low-rank additions; 0 for sets without.</summary>
    public int LoraRank { get; private init; }

    /// <summary>Whether the set changes the models' own parameters rather than adding new ones.</summary>
    public bool ChangesModelParameters => LoraRank == 0;

    /// <summary>The set with the given name.</summary>
    /// <exception cref="ArgumentException">The name is none of <see cref="Names"/>.</exception>
    public static ParameterSet Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name switch
        {
            "suta" => Suta,
            "layer-norm" => new(name, (parameter, _) => parameter.IsLayerNorm),
            "bias" => new(name, (parameter, _) => parameter.IsBias),
            "all" => new(name, (_, _) => true),
            "lora" => Lora(name, DefaultLoraRank),
            _ when Number(name, "top-") is { } layers => Top(name, layers),
            _ when Number(name, "lora-") is { } rank => Lora(name, rank),
            _ => throw new ArgumentException($"The parameter set must be one of {Names}. Given: '{name}'.", nameof(name)),
        };
    }

    /// <summary>The set's parameters in a model, in the order of the forward pass.</summary>
    /// <exception cref="ArgumentException"><c>top-K</c> asks for more layers than the model has, or the model has none of the set's parameters.</exception>
    public ParameterLayout In(ModelLayout layout, ModelConfig config) => In(layout.Parameters, config.LayerCount);

    /// <summary>The set's parameters among those of a model, in their order.</summary>
    /// <param name="parameters">All parameters of the model.</param>
    /// <param name="layerCount">Its transformer layers.</param>
    /// <exception cref="ArgumentException"><c>top-K</c> asks for more layers than the model has, or the model has none of the set's parameters.</exception>
    public ParameterLayout In(IEnumerable<ModelParameter> parameters, int layerCount)
    {
        if (TopLayers > layerCount)
        {
            throw new ArgumentException(
                $"Parameter set {Name} needs {TopLayers} transformer layers; the model has {layerCount}.");
        }

        var layout = new ParameterLayout(LoraRank > 0
            ? parameters.SelectMany(LoraAdditions)
            : parameters.Where(parameter => _contains(parameter, layerCount)));
        return layout.Length > 0 ? layout : throw new ArgumentException($"The model has no parameter of the set {Name}.");
    }

    public override string ToString() => Name;

    private static int? Number(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number > 0
            ? number
            : null;

    private static ParameterSet Top(string name, int layers) =>
        new(name, (parameter, layerCount) => parameter.IsLayerNorm && parameter.Layer >= layerCount - layers) { TopLayers = layers };

    private static ParameterSet Lora(string name, int rank) => new(name, (_, _) => false) { LoraRank = rank };

    private IEnumerable<ModelParameter> LoraAdditions(ModelParameter parameter)
    {
        if (!LoraTargets.Any(target => parameter.Name.EndsWith(target, StringComparison.Ordinal))) yield break;

        var module = parameter.Name[..^".weight".Length];
        var (outputs, inputs) = parameter.IsTransposed ? (parameter.Shape[1], parameter.Shape[0]) : (parameter.Shape[0], parameter.Shape[1]);
        yield return new(LoraNames.Down(module), [LoraRank, inputs], parameter.Part, parameter.Layer);
        yield return new(LoraNames.Up(module), [outputs, LoraRank], parameter.Part, parameter.Layer);
    }
}
