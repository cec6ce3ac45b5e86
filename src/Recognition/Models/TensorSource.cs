namespace Attune.Recognition.Models;

/// <summary>A tensor to be written, whose bytes are made only when its turn comes.</summary>
/// <param name="Name">Its key in the header; unique in the file.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Extents, row-major; empty for a scalar.</param>
/// <param name="Write">
/// Writes exactly <see cref="SizeBytes"/> little-endian bytes to the stream, which it does not close. Called once.
/// </param>
public sealed record TensorSource(string Name, ElementType Type, IReadOnlyList<long> Shape, Action<Stream> Write)
{
    // Bytes moved at once.
    private const int ChunkBytes = 1 << 20;

    /// <summary>Length in bytes.</summary>
    /// <exception cref="OverflowException">It does not fit 64 bits.</exception>
    public long SizeBytes => Shape.Aggregate((long)Type.SizeBytes(), (product, extent) => checked(product * extent));

    /// <summary>A tensor made from floats.</summary>
    /// <param name="name">Its key in the header.</param>
    /// <param name="type">F32, F16 or BF16; the values are rounded to nearest, ties to even.</param>
    /// <param name="shape">Extents, row-major.</param>
    /// <param name="values">Gives the values when the tensor's turn comes.</param>
    public static TensorSource FromFloats(string name, ElementType type, IReadOnlyList<long> shape, Func<ReadOnlyMemory<float>> values) =>
        new(name, type, shape, stream =>
        {
            var elementBytes = type.SizeBytes();
            var buffer = new byte[ChunkBytes];
            for (var rest = values(); !rest.IsEmpty;)
            {
                var count = Math.Min(rest.Length, ChunkBytes / elementBytes);
                var bytes = buffer.AsSpan(0, count * elementBytes);
                FloatConversion.Narrow(type, rest.Span[..count], bytes);
                stream.Write(bytes);
                rest = rest[count..];
            }
        });

    /// <summary>A tensor copied from another file, byte for byte.</summary>
    /// <param name="location">Where it is; its file must stay open until the writing is done.</param>
    public static TensorSource FromFile(TensorLocation location) =>
        new(location.Entry.Name, location.Entry.Type, location.Entry.Shape, stream =>
        {
            var buffer = new byte[ChunkBytes];
            for (long offset = 0; offset < location.Entry.SizeBytes; offset += ChunkBytes)
            {
                var bytes = buffer.AsSpan(0, (int)Math.Min(ChunkBytes, location.Entry.SizeBytes - offset));
                location.File.ReadBytes(location.Entry.Name, bytes, offset);
                stream.Write(bytes);
            }
        });
}
