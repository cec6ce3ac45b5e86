using System.Globalization;
using System.Runtime.InteropServices;
using Attune.Recognition.Graph.Onnx;
using Google.Protobuf;

namespace Attune.Recognition.Graph;

/// <summary>Collects the nodes, constants, inputs and outputs of one ONNX graph. Every value is referred to by its name.</summary>
/// <remarks>Not thread-safe; used once.</remarks>
internal sealed class GraphBuilder
{
    /// <summary>Operator set: the first with Gelu.</summary>
    private const long OpsetVersion = 20;

    /// <summary>Format version that belongs to that operator set.</summary>
    private const long IrVersion = 9;

    private readonly GraphProto _graph = new() { Name = "attune" };
    private readonly HashSet<string> _constants = new(StringComparer.Ordinal);
    private int _nodeCount;

    /// <summary>Declares an input of floats; a dimension is a number or, where it varies, a name.</summary>
    public void Input(string name, params object[] shape) => _graph.Input.Add(ValueInfo(name, TensorProto.Types.DataType.Float, shape));

    /// <summary>Declares an input of 64-bit integers; a dimension is a number or, where it varies, a name.</summary>
    public void IntegerInput(string name, params object[] shape) => _graph.Input.Add(ValueInfo(name, TensorProto.Types.DataType.Int64, shape));

    /// <summary>Gives a value a public name and declares it as an output.</summary>
    public void Output(string value, string name, params object[] shape)
    {
        Add("Identity", [value], [name]);
        _graph.Output.Add(ValueInfo(name, TensorProto.Types.DataType.Float, shape));
    }

    /// <summary>Adds a node with one output and returns the output's name.</summary>
    /// <param name="type">Operator, for example <c>Gemm</c>.</param>
    /// <param name="inputs">Names of its inputs.</param>
    /// <param name="attributes">Name and value; a value is a long, float, string or long[].</param>
    public string Node(string type, string[] inputs, params ReadOnlySpan<(string Name, object Value)> attributes) =>
        Add(type, inputs, [$"v{_nodeCount}"], attributes)[0];

    /// <summary>Adds a node with several outputs and returns their names.</summary>
    /// <param name="type">Operator, for example <c>Split</c>.</param>
    /// <param name="inputs">Names of its inputs.</param>
    /// <param name="outputs">Number of outputs.</param>
    /// <param name="attributes">Name and value; a value is a long, float, string or long[].</param>
    public string[] Node(string type, string[] inputs, int outputs, params ReadOnlySpan<(string Name, object Value)> attributes) =>
        Add(type, inputs, [.. Enumerable.Range(0, outputs).Select(output => $"v{_nodeCount}_{output}")], attributes);

    /// <summary>A constant list of integers, for operators that take axes or shapes as inputs.</summary>
    public string Integers(params long[] values)
    {
        var name = "i_" + string.Join('_', values);
        if (!_constants.Add(name)) return name;
        _graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Int64,
            Dims = { values.Length },
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<long>(values)),
        });
        return name;
    }

    /// <summary>A constant scalar.</summary>
    public string Scalar(float value)
    {
        var name = "f_" + value.ToString("R", CultureInfo.InvariantCulture);
        if (_constants.Add(name)) Constant(name, [], [value]);
        return name;
    }

    /// <summary>Float values that are stored in the graph itself.</summary>
    public void Constant(string name, IEnumerable<long> shape, ReadOnlySpan<float> values) =>
        _graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float,
            Dims = { shape },
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)),
        });

    /// <summary>Values that stay where they are in a file.</summary>
    /// <param name="name">Name of the value.</param>
    /// <param name="type">Type of the stored values.</param>
    /// <param name="shape">Extents, row-major.</param>
    /// <param name="file">File name, relative to the folder that the session is told.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Number of bytes.</param>
    public void ExternalConstant(
        string name, TensorProto.Types.DataType type, IEnumerable<long> shape, string file, long offset, long length) =>
        _graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)type,
            Dims = { shape },
            DataLocation = TensorProto.Types.DataLocation.External,
            ExternalData =
            {
                Entry("location", file),
                Entry("offset", offset.ToString(CultureInfo.InvariantCulture)),
                Entry("length", length.ToString(CultureInfo.InvariantCulture)),
            },
        });

    /// <summary>The serialised model.</summary>
    public byte[] Build() => new ModelProto
    {
        IrVersion = IrVersion,
        ProducerName = "attune",
        OpsetImport = { new OperatorSetIdProto { Domain = "", Version = OpsetVersion } },
        Graph = _graph,
    }.ToByteArray();

    private string[] Add(string type, string[] inputs, string[] outputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var node = new NodeProto { OpType = type, Name = $"{type}_{_nodeCount++}", Input = { inputs }, Output = { outputs } };
        foreach (var (name, value) in attributes) node.Attribute.Add(Attribute(name, value));
        _graph.Node.Add(node);
        return outputs;
    }

    private static AttributeProto Attribute(string name, object value) => value switch
    {
        long number => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = number },
        float number => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = number },
        string text => new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(text) },
        long[] numbers => new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { numbers } },
        _ => throw new ArgumentException($"An attribute is a long, float, string or long[]. Given: {value.GetType()}.", nameof(value)),
    };

    private static ValueInfoProto ValueInfo(string name, TensorProto.Types.DataType type, object[] shape) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = (int)type,
                Shape = new TensorShapeProto { Dim = { shape.Select(Dimension) } },
            },
        },
    };

    private static TensorShapeProto.Types.Dimension Dimension(object extent) => extent is string name
        ? new() { DimParam = name }
        : new() { DimValue = Convert.ToInt64(extent, CultureInfo.InvariantCulture) };

    private static StringStringEntryProto Entry(string key, string value) => new() { Key = key, Value = value };
}
