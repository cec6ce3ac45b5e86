using Attune.Recognition.Acoustic;
using Attune.Recognition.Graph.Onnx;
using Attune.Recognition.Models;

namespace Attune.Recognition.Graph;

/// <summary>Declares a model's parameters in a graph and adds the layers that every transformer is made of.</summary>
/// <remarks>
/// Frozen parameters stay in the safetensors file (external data). Adaptable parameters are graph inputs with the model's own
/// values as defaults. Not thread-safe; used once, with its <see cref="GraphBuilder"/>.
/// </remarks>
internal sealed class LayerBuilder
{
    private readonly GraphBuilder _graph;
    private readonly ModelWeights _weights;
    private readonly AdaptableParameters? _adaptable;

    /// <param name="graph">Collects the nodes.</param>
    /// <param name="weights">Has every one of the parameters.</param>
    /// <param name="parameters">All parameters of the model.</param>
    /// <param name="adaptable">Those that become inputs, with their default values; null for none.</param>
    public LayerBuilder(GraphBuilder graph, ModelWeights weights, IEnumerable<ModelParameter> parameters, AdaptableParameters? adaptable)
    {
        _graph = graph;
        _weights = weights;
        _adaptable = adaptable;
        foreach (var parameter in parameters) Declare(parameter);
        foreach (var slice in adaptable?.Layout.Slices ?? []) DeclareAdaptable(slice);
    }

    /// <summary>The value of a parameter as float32.</summary>
    public string Value(string name)
    {
        if (_adaptable?.Layout.Contains(name) == true || _weights.Find(name).Entry.Type == ElementType.F32) return name;
        return _graph.Node("Cast", [name], ("to", (long)TensorProto.Types.DataType.Float));
    }

    /// <summary>W x + b for each row. Gemm takes W as it is stored, (outputs, inputs), so that it can stay in its file.</summary>
    public string Linear(string x, string name) =>
        WithAddition(_graph.Node("Gemm", [x, Value(name + ".weight"), Value(name + ".bias")], ("transB", 1L)), x, name);

    /// <summary>The same with W stored as (inputs, outputs).</summary>
    public string TransposedLinear(string x, string name) =>
        WithAddition(_graph.Node("Gemm", [x, Value(name + ".weight"), Value(name + ".bias")]), x, name);

    /// <summary>LayerNorm over the last dimension.</summary>
    public string LayerNorm(string x, string name, float epsilon) => LayerNorm(x, name + ".weight", name + ".bias", epsilon);

    /// <summary>The same with the names of its parameters.</summary>
    public string LayerNorm(string x, string weight, string bias, float epsilon) => _graph.Node(
        "LayerNormalization",
        [x, Value(weight), Value(bias)],
        ("axis", -1L),
        ("epsilon", epsilon));

    public string Activate(string x, Activation activation) => activation switch
    {
        Activation.Gelu => _graph.Node("Gelu", [x], ("approximate", "none")),
        Activation.GeluTanh => _graph.Node("Gelu", [x], ("approximate", "tanh")),
        Activation.Relu => _graph.Node("Relu", [x]),
        _ => _graph.Node("Mul", [x, _graph.Node("Sigmoid", [x])]),
    };

    public string Transpose(string x, params long[] order) => _graph.Node("Transpose", [x], ("perm", order));

    public string Add(string a, string b) => _graph.Node("Add", [a, b]);

    /// <summary>The output of a linear layer with its low-rank addition, if it has one.</summary>
    private string WithAddition(string y, string x, string name)
    {
        if (_adaptable?.Layout.Contains(LoraNames.Down(name)) != true) return y;

        var low = _graph.Node("Gemm", [x, LoraNames.Down(name)], ("transB", 1L));
        return Add(y, _graph.Node("Gemm", [low, LoraNames.Up(name)], ("transB", 1L), ("alpha", LoraNames.Scale)));
    }

    private void Declare(ModelParameter parameter)
    {
        if (_adaptable?.Layout.Contains(parameter.Name) == true) return;
        var (file, entry) = _weights.Find(parameter.Name);
        var type = entry.Type switch
        {
            ElementType.F32 => TensorProto.Types.DataType.Float,
            ElementType.F16 => TensorProto.Types.DataType.Float16,
            ElementType.BF16 => TensorProto.Types.DataType.Bfloat16,
            _ => throw new ModelException(ModelError.TensorType, $"{parameter.Name} is stored as {entry.Type}; F32, F16 and BF16 are supported."),
        };
        _graph.ExternalConstant(parameter.Name, type, parameter.Shape, Path.GetFileName(file.Path), entry.FileOffset, entry.SizeBytes);
    }

    private void DeclareAdaptable(ParameterSlice slice)
    {
        _graph.Input(slice.Parameter.Name, [.. slice.Parameter.Shape.Cast<object>()]);
        _graph.Constant(slice.Parameter.Name, slice.Parameter.Shape, _adaptable![slice].Span);
    }
}
