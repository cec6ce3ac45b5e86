using System.Buffers.Binary;

namespace Attune.Recognition.Models;

/// <summary>A safetensors file that lies in memory, checked against every rule of the format.</summary>
/// <remarks>Immutable as long as the bytes are; thread-safe. Values are not checked: NaN and infinity are legal.</remarks>
public sealed class SafetensorsMemory
{
    private readonly string _name;
    private readonly ReadOnlyMemory<byte> _bytes;

    private SafetensorsMemory(string name, ReadOnlyMemory<byte> bytes, SafetensorsHeader header)
    {
        _name = name;
        _bytes = bytes;
        Tensors = header.Tensors;
        Metadata = header.Metadata;
    }

    /// <summary>The tensors, by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <summary>The header's <c>__metadata__</c>; empty if it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Checks the header.</summary>
    /// <param name="name">What the bytes are, for messages.</param>
    /// <param name="bytes">The whole file. Not copied.</param>
    /// <exception cref="ModelException">The rule that the file breaks (the causes that start with <c>Safetensors</c>).</exception>
    public static SafetensorsMemory Parse(string name, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < sizeof(ulong))
        {
            throw new ModelException(
                ModelError.SafetensorsTooShort, $"{name} is not safetensors: it needs at least 8 bytes. Given: {bytes.Length}.");
        }

        var length = SafetensorsHeader.CheckLength(name, BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span), bytes.Length);
        return new SafetensorsMemory(name, bytes, SafetensorsHeader.Parse(name, bytes.Slice(sizeof(ulong), length), bytes.Length));
    }

    /// <summary>Copies a tensor; F16 and BF16 are widened exactly.</summary>
    /// <param name="tensor">Name of the tensor.</param>
    /// <param name="values">As many as the tensor has.</param>
    /// <exception cref="ModelException">MissingTensor; TensorType if it is not F32, F16 or BF16; TensorShape if it has another number of values.</exception>
    public void ReadFloats(string tensor, Span<float> values)
    {
        if (!Tensors.TryGetValue(tensor, out var entry)) throw new ModelException(ModelError.MissingTensor, $"{_name} has no tensor '{tensor}'.");
        if (!entry.Type.IsFloat())
        {
            throw new ModelException(
                ModelError.TensorType, $"Tensor '{tensor}' of {_name} must be F32, F16 or BF16. Given: {entry.Type.ToDtype()}.");
        }

        if (entry.Length != values.Length)
        {
            throw new ModelException(
                ModelError.TensorShape, $"Tensor '{tensor}' of {_name} must have {values.Length} values. Given: {entry.Length}.");
        }

        FloatConversion.Widen(entry.Type, _bytes.Span.Slice(checked((int)entry.FileOffset), checked((int)entry.SizeBytes)), values);
    }
}
