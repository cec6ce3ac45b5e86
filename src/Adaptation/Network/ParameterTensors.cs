using System.Runtime.InteropServices;
using Attune.Recognition.Acoustic;
using static TorchSharp.torch;

namespace Attune.Adaptation.Network;

/// <summary>The adaptable parameters of N utterances as tensors that gradients are computed for.</summary>
/// <remarks>
/// All values lie in one buffer of shape (N, P); the tensor of each parameter is a view into it, of the parameter's shape for one
/// utterance and with a leading N for several. An optimizer changes the buffer, and every view follows. Belongs to one request and
/// one thread; the owner disposes it.
/// </remarks>
public sealed class ParameterTensors : IDisposable
{
    private readonly Dictionary<string, Tensor> _views = new(StringComparer.Ordinal);
    private readonly List<Tensor> _leaves = [];

    /// <summary>Copies one version of the parameters for each utterance.</summary>
    /// <param name="rows">One for each utterance, all of the same layout.</param>
    public ParameterTensors(IReadOnlyList<AdaptableParameters> rows)
    {
        if (rows.Count == 0 || rows.Any(row => row.Layout != rows[0].Layout))
            throw new ArgumentException("A batch needs parameters for at least one utterance, all of one layout.", nameof(rows));

        TorchRuntime.EnsureLoaded();
        Layout = rows[0].Layout;
        BatchSize = rows.Count;
        using var scope = NewDisposeScope();
        var buffer = empty(rows.Count, Layout.Length, dtype: ScalarType.Float32);
        var target = MemoryMarshal.Cast<byte, float>(buffer.bytes);
        for (var row = 0; row < rows.Count; row++) rows[row].Values.Span.CopyTo(target[(row * Layout.Length)..]);
        Buffer = buffer.to(TorchRuntime.Device).DetachFromDisposeScope();
        AddViews();
    }

    public ParameterTensors(AdaptableParameters parameters)
        : this([parameters])
    {
    }

    private ParameterTensors(ParameterLayout layout, Tensor buffer)
    {
        Layout = layout;
        BatchSize = (int)buffer.shape[0];
        Buffer = buffer;
        using var scope = NewDisposeScope();
        AddViews();
    }

    /// <summary>Which parameter lies where in a row of <see cref="Buffer"/>.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Number of utterances N.</summary>
    public int BatchSize { get; }

    /// <summary>Whether the tensors have a leading batch dimension.</summary>
    public bool IsBatched => BatchSize > 1;

    /// <summary>All values, shape (N, P).</summary>
    public Tensor Buffer { get; }

    /// <summary>alpha / rank of the low-rank additions, where the set has any. Default <see cref="LoraNames.Scale"/>.</summary>
    public float LoraScale { get; init; } = LoraNames.Scale;

    /// <summary>The tensor of a parameter, or null if the set does not contain it.</summary>
    public Tensor? Find(string name) => _views.GetValueOrDefault(name);

    /// <summary>Gradients of a scalar with respect to all values.</summary>
    /// <returns>Shape (N, P). The caller disposes.</returns>
    public Tensor Gradients(Tensor loss)
    {
        using var scope = NewDisposeScope();
        var gradients = autograd.grad([loss], _leaves);
        return cat([.. gradients.Select(gradient => gradient.reshape(BatchSize, -1))], dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>A copy of some rows, which goes on without the others.</summary>
    /// <param name="rows">Their numbers, at least one.</param>
    /// <returns>The caller disposes.</returns>
    public ParameterTensors Select(IReadOnlyList<int> rows)
    {
        using var noGradients = no_grad();
        return new ParameterTensors(Layout, Buffer.Rows(rows).DetachFromDisposeScope()) { LoraScale = LoraScale };
    }

    /// <summary>A copy of the values of one utterance.</summary>
    public AdaptableParameters ToParameters(int row)
    {
        using var scope = NewDisposeScope();
        return new AdaptableParameters(Layout, Buffer[row].cpu().data<float>().ToArray());
    }

    public void Dispose()
    {
        foreach (var leaf in _leaves) leaf.Dispose();
        Buffer.Dispose();
    }

    private void AddViews()
    {
        foreach (var slice in Layout.Slices)
        {
            long[] shape = IsBatched ? [BatchSize, .. slice.Parameter.Shape] : [.. slice.Parameter.Shape];
            // Detached, a view is a leaf of its own, while it still shares the buffer's memory.
            var leaf = Buffer.narrow(1, slice.Offset, slice.Length).view(shape).detach().requires_grad_(true).DetachFromDisposeScope();
            _leaves.Add(leaf);
            _views.Add(slice.Parameter.Name, leaf);
        }
    }
}
