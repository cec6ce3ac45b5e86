using System.Buffers;
using TorchSharp;
using static TorchSharp.torch;

namespace Attune.Adaptation.Network;

/// <summary>The values of a float32 tensor on the processor as memory, without a copy, for ONNX Runtime to read.</summary>
/// <remarks>Not to be used after it or the tensor is disposed, nor while the tensor's values change.</remarks>
internal sealed unsafe class TensorMemory : MemoryManager<float>
{
    private float* _values;
    private int _length;

    /// <param name="tensor">Contiguous; not disposed.</param>
    public TensorMemory(Tensor tensor)
    {
        if (tensor.dtype != ScalarType.Float32 || tensor.device_type != DeviceType.CPU || !tensor.is_contiguous())
            throw new ArgumentException($"Only a contiguous float32 tensor on the processor can be read in place. Given: {tensor.dtype} on {tensor.device}.", nameof(tensor));

        var bytes = tensor.bytes;
        fixed (byte* first = bytes) _values = (float*)first; // libtorch's memory, which does not move
        _length = bytes.Length / sizeof(float);
    }

    public override Span<float> GetSpan() => new(_values, _length);

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_length);
        return new MemoryHandle(_values + elementIndex, pinnable: this);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        _values = null;
        _length = 0;
    }
}
