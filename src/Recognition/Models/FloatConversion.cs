using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Attune.Recognition.Models;

/// <summary>Conversion between floats and the little-endian bytes of F32, F16 and BF16 tensors.</summary>
/// <remarks>Pure functions; thread-safe. For little-endian machines, the only ones that ONNX Runtime and libtorch serve.</remarks>
public static class FloatConversion
{
    /// <summary>Widens to floats. Exact: every F16 and BF16 value, infinities and NaNs included, is a float.</summary>
    /// <param name="type">F32, F16 or BF16.</param>
    /// <param name="source">The elements' bytes.</param>
    /// <param name="target">As many floats as <paramref name="source"/> has elements.</param>
    /// <exception cref="ArgumentException">Another type, or the lengths do not match.</exception>
    public static void Widen(ElementType type, ReadOnlySpan<byte> source, Span<float> target)
    {
        Check(type, target.Length, source.Length);
        switch (type)
        {
            case ElementType.F32:
                source.CopyTo(MemoryMarshal.AsBytes(target));
                break;
            case ElementType.F16:
                for (var i = 0; i < target.Length; i++) target[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(source[(2 * i)..]);
                break;
            default:
                for (var i = 0; i < target.Length; i++)
                    target[i] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(source[(2 * i)..]) << 16);
                break;
        }
    }

    /// <summary>Narrows floats, rounding to nearest, ties to even. Beyond the type's range they become infinite; NaN stays NaN.</summary>
    /// <param name="type">F32 (copied), F16 or BF16.</param>
    /// <param name="source">The values.</param>
    /// <param name="target">Exactly the bytes that they need.</param>
    /// <exception cref="ArgumentException">Another type, or the lengths do not match.</exception>
    public static void Narrow(ElementType type, ReadOnlySpan<float> source, Span<byte> target)
    {
        Check(type, source.Length, target.Length);
        switch (type)
        {
            case ElementType.F32:
                MemoryMarshal.AsBytes(source).CopyTo(target);
                break;
            case ElementType.F16:
                for (var i = 0; i < source.Length; i++) BinaryPrimitives.WriteHalfLittleEndian(target[(2 * i)..], (Half)source[i]);
                break;
            default:
                for (var i = 0; i < source.Length; i++) BinaryPrimitives.WriteUInt16LittleEndian(target[(2 * i)..], ToBFloat16(source[i]));
                break;
        }
    }

    private static ushort ToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        // Rounding could carry a NaN into infinity: keep its upper half and make it quiet.
        if (float.IsNaN(value)) return (ushort)((bits >> 16) | 0x40);
        var roundToEven = 0x7FFF + ((bits >> 16) & 1);
        return (ushort)((bits + roundToEven) >> 16);
    }

    private static void Check(ElementType type, int count, int sizeBytes)
    {
        if (!type.IsFloat())
            throw new ArgumentException($"Only F32, F16 and BF16 convert to and from floats. Given: {type.ToDtype()}.", nameof(type));
        if ((long)count * type.SizeBytes() != sizeBytes)
            throw new ArgumentException(
                $"{count} {type.ToDtype()} elements need {(long)count * type.SizeBytes()} bytes. Given: {sizeBytes}.");
    }
}
