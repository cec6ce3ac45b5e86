namespace Attune.Recognition.Models;

/// <summary>Where one tensor lies in a safetensors file.</summary>
/// <param name="Name">Its key in the header.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Extents, row-major and packed; empty for a scalar.</param>
/// <param name="FileOffset">First byte, counted from the start of the file.</param>
/// <param name="SizeBytes">Length in bytes: the product of <paramref name="Shape"/> times the element size.</param>
public sealed record TensorEntry(string Name, ElementType Type, IReadOnlyList<long> Shape, long FileOffset, long SizeBytes)
{
    /// <summary>Number of elements.</summary>
    public long Length => SizeBytes / Type.SizeBytes();

    /// <summary>The shape as text, for messages: <c>[2, 3]</c>.</summary>
    internal static string Describe(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
