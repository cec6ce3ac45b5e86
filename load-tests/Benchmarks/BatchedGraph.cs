using System.Runtime.InteropServices;
using Attune.Recognition.Graph;
using Attune.Recognition.Graph.Onnx;
using Attune.Recognition.Models;
using Google.Protobuf;

namespace Attune.Benchmarks;

/// <summary>The recogniser's graph for several utterances of one length at once, to find out what that would gain; nothing serves with it.</summary>
/// <remarks>
/// Linear layers and norms take the frames of all utterances one after another, (N T', D), as they are. What looks along time gets the batch as its first dimension: convolutions,
/// and the products of attention.
/// </remarks>
internal sealed class BatchedGraph
{
    private readonly List<NodeProto> _nodes = [];
    private readonly HashSet<string> _squeezed = new(StringComparer.Ordinal);
    private readonly TensorProto _rows;

    private BatchedGraph(int batch, int hidden) => _rows = Integers("batched_rows", batch, -1, hidden);

    /// <summary>The serialised graph: input (N, S), output (N T', V).</summary>
    public static byte[] Write(Model model, int batch)
    {
        var (proto, config) = (ModelProto.Parser.ParseFrom(Wav2Vec2Graph.Write(model)), model.Config);
        var graph = proto.Graph;
        graph.Input.Single(input => input.Name == Wav2Vec2Graph.Waveform).Type.TensorType.Shape.Dim[0].DimValue = batch;
        var heads = graph.Initializer.Single(constant => constant.Name == FormattableString.Invariant($"i_-1_{config.HeadCount}_{config.HeadSize}"));
        graph.Initializer.Remove(heads);
        graph.Initializer.Add(Integers(heads.Name, batch, -1, config.HeadCount, config.HeadSize));

        var batched = new BatchedGraph(batch, config.HiddenSize);
        graph.Initializer.Add(batched._rows);
        foreach (var node in graph.Node) batched.Add(node);
        graph.Node.Clear();
        graph.Node.Add(batched._nodes);
        return proto.ToByteArray();
    }

    private void Add(NodeProto node)
    {
        long[] order = node.OpType == "Transpose" ? [.. node.Attribute.Single(attribute => attribute.Name == "perm").Ints] : [];
        switch (order)
        {
            case [] when node.OpType == "Squeeze" || (node.OpType == "Unsqueeze" && node.Input[0] != Wav2Vec2Graph.Waveform):
                // The dimension of one utterance is there already.
                _squeezed.Add(node.Output[0]);
                _nodes.Add(Node("Identity", node.Input[0], node.Output[0]));
                break;
            case [1, 0] when _squeezed.Contains(node.Input[0]):
                var frames = node.Output[0] + "_frames";
                _nodes.Add(Transpose(node.Input[0], frames, 0, 2, 1)); // (N, T', D)
                _nodes.Add(Node("Flatten", frames, node.Output[0], new AttributeProto { Name = "axis", Type = AttributeProto.Types.AttributeType.Int, I = 2 })); // (N T', D)
                break;
            case [1, 0]:
                var rows = node.Input[0] + "_rows";
                var reshape = Node("Reshape", node.Input[0], rows); // (N, T', D)
                reshape.Input.Add(_rows.Name);
                _nodes.Add(reshape);
                _nodes.Add(Transpose(rows, node.Output[0], 0, 2, 1)); // (N, D, T')
                break;
            case [not 0, _, _]: // of attention, (T', heads, D / heads) before
                _nodes.Add(Transpose(node.Input[0], node.Output[0], [0, .. order.Select(axis => axis + 1)]));
                break;
            default:
                _nodes.Add(node);
                break;
        }
    }

    private static NodeProto Transpose(string input, string output, params long[] order) =>
        Node("Transpose", input, output, new AttributeProto { Name = "perm", Type = AttributeProto.Types.AttributeType.Ints, Ints = { order } });

    private static NodeProto Node(string type, string input, string output, params AttributeProto[] attributes) =>
        new() { OpType = type, Name = "batched_" + output, Input = { input }, Output = { output }, Attribute = { attributes } };

    private static TensorProto Integers(string name, params long[] values) => new()
    {
        Name = name,
        DataType = (int)TensorProto.Types.DataType.Int64,
        Dims = { values.Length },
        RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<long>(values)),
    };
}
