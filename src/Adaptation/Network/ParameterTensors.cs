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
    private readonly Dictionary<string, Tensor> _roundedViews = new(StringComparer.Ordinal);
    private readonly HashSet<string> _usedRounded = new(StringComparer.Ordinal); // in the last pass that asked for them
    private Tensor? _rounded; // the buffer in bfloat16

    /// <summary>Copies one version of the parameters for each utterance.</summary>
    /// <param name="rows">One for each utterance, all of the same layout.</param>
    /// <param name="kernelTapsFirst">Whether kernels lie in the buffer as <see cref="Wav2Vec2Network.KernelTapsFirst"/> says, which is faster where that does. Default false.</param>
    public ParameterTensors(IReadOnlyList<AdaptableParameters> rows, bool kernelTapsFirst = false)
    {
        if (rows.Count == 0 || rows.Any(row => row.Layout != rows[0].Layout))
            throw new ArgumentException("A batch needs parameters for at least one utterance, all of one layout.", nameof(rows));

        TorchRuntime.EnsureLoaded();
        Layout = rows[0].Layout;
        BatchSize = rows.Count;
        Order = new KernelOrder(Layout, kernelTapsFirst);
        using var scope = NewDisposeScope();
        var buffer = empty(rows.Count, Layout.Length, dtype: ScalarType.Float32);
        var target = MemoryMarshal.Cast<byte, float>(buffer.bytes);
        for (var row = 0; row < rows.Count; row++) Order.Store(rows[row].Values.Span, target.Slice(row * Layout.Length, Layout.Length));
        Buffer = buffer.to(TorchRuntime.Device).DetachFromDisposeScope();
        AddViews();
    }

    /// <inheritdoc cref="ParameterTensors(IReadOnlyList{AdaptableParameters}, bool)"/>
    public ParameterTensors(AdaptableParameters parameters, bool kernelTapsFirst = false)
        : this([parameters], kernelTapsFirst)
    {
    }

    private ParameterTensors(ParameterLayout layout, KernelOrder order, Tensor buffer)
    {
        Layout = layout;
        Order = order;
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

    /// <summary>All values, shape (N, P), in the order of <see cref="Order"/>.</summary>
    public Tensor Buffer { get; }

    /// <summary>Where in the buffer the values of a parameter lie.</summary>
    internal KernelOrder Order { get; }

    /// <summary>alpha / rank of the low-rank additions, where the set has any. Default <see cref="LoraNames.Scale"/>.</summary>
    public float LoraScale { get; init; } = LoraNames.Scale;

    /// <summary>The tensor of a parameter, or null if the set does not contain it.</summary>
    public Tensor? Find(string name)
    {
        _usedRounded.Remove(name);
        return _views.GetValueOrDefault(name);
    }

    /// <summary>The same in bfloat16, rounded once for all passes until <see cref="Refresh"/>. A pass takes a parameter in one type only.</summary>
    internal Tensor? FindRounded(string name)
    {
        if (Layout.Find(name) is not { } slice) return null;
        _usedRounded.Add(name);
        if (_roundedViews.TryGetValue(name, out var view)) return view;
        using var scope = NewDisposeScope();
        _rounded ??= Buffer.detach().to(RoundedWeights.Type).DetachFromDisposeScope();
        return _roundedViews[name] = Leaf(_rounded, slice);
    }

    /// <summary>To be called after the buffer's values have changed: rounds them anew if they were rounded before.</summary>
    internal void Refresh()
    {
        using var noGradients = no_grad();
        _rounded?.copy_(Buffer);
    }

    /// <summary>Gradients of a scalar with respect to all values.</summary>
    /// <returns>Shape (N, P), in the order of <see cref="Buffer"/>. The caller disposes.</returns>
    public Tensor Gradients(Tensor loss)
    {
        using var scope = NewDisposeScope();
        var names = Layout.Slices.Select(slice => slice.Parameter.Name);
        var gradients = autograd.grad([loss], [.. names.Select(name => _usedRounded.Contains(name) ? _roundedViews[name] : _views[name])]);
        var joined = cat([.. gradients.Zip(Layout.Slices, (gradient, slice) => Order.Flat(gradient, slice, BatchSize))], dim: 1);
        return joined.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>A copy of some rows, which goes on without the others.</summary>
    /// <param name="rows">Their numbers, at least one.</param>
    /// <returns>The caller disposes.</returns>
    public ParameterTensors Select(IReadOnlyList<int> rows)
    {
        using var noGradients = no_grad();
        return new ParameterTensors(Layout, Order, Buffer.Rows(rows).DetachFromDisposeScope()) { LoraScale = LoraScale };
    }

    /// <summary>A copy of the values of one utterance.</summary>
    public AdaptableParameters ToParameters(int row)
    {
        using var scope = NewDisposeScope();
        var values = new float[Layout.Length];
        Order.Restore(MemoryMarshal.Cast<byte, float>(Buffer[row].cpu().bytes), values);
        return new AdaptableParameters(Layout, values);
    }

    /// <summary>Hands out the values of one utterance without making megabytes of garbage, on the processor only.</summary>
    /// <typeparam name="T">What comes of it.</typeparam>
    /// <param name="row">Its number.</param>
    /// <param name="use">Must keep nothing of what it is given.</param>
    internal T Use<T>(int row, Func<AdaptableParameters, T> use)
    {
        using var scope = NewDisposeScope();
        var values = Buffer[row];
        if (Order.Differs)
        {
            values = empty_like(values);
            Order.Restore(MemoryMarshal.Cast<byte, float>(Buffer[row].bytes), MemoryMarshal.Cast<byte, float>(values.bytes));
        }

        using var memory = new TensorMemory(values);
        return use(new AdaptableParameters(Layout, memory.Memory));
    }

    public void Dispose()
    {
        foreach (var view in _views.Values.Concat(_roundedViews.Values)) view.Dispose();
        _rounded?.Dispose();
        Buffer.Dispose();
    }

    private void AddViews()
    {
        foreach (var slice in Layout.Slices) _views.Add(slice.Parameter.Name, Leaf(Buffer, slice));
    }

    /// <summary>Detached, a view is a leaf of its own, while it still shares the buffer's memory.</summary>
    private Tensor Leaf(Tensor buffer, ParameterSlice slice) =>
        Order.View(buffer.narrow(1, slice.Offset, slice.Length), slice).detach().requires_grad_(true).DetachFromDisposeScope();
}
