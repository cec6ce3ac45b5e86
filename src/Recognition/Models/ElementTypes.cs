namespace Attune.Recognition.Models;

/// <summary>Spelling and size of each <see cref="ElementType"/>.</summary>
public static class ElementTypes
{
    /// <summary>Every known spelling, for messages.</summary>
    internal static string Known { get; } = string.Join(", ", Enum.GetValues<ElementType>().Select(ToDtype));

    /// <summary>Size of one element, in bytes.</summary>
    public static int SizeBytes(this ElementType type) => type switch
    {
        ElementType.Bool or ElementType.U8 or ElementType.I8 or ElementType.F8E4M3 or ElementType.F8E5M2 => 1,
        ElementType.I16 or ElementType.U16 or ElementType.F16 or ElementType.BF16 => 2,
        ElementType.I32 or ElementType.U32 or ElementType.F32 => 4,
        ElementType.I64 or ElementType.U64 or ElementType.F64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type."),
    };

    /// <summary>Whether tensors of this type can be read as floats without loss: F32, F16 and BF16.</summary>
    public static bool IsFloat(this ElementType type) => type is ElementType.F32 or ElementType.F16 or ElementType.BF16;

    /// <summary>The <c>dtype</c> of the safetensors header, for example <c>F8_E4M3</c>.</summary>
    public static string ToDtype(this ElementType type) => type switch
    {
        ElementType.Bool => "BOOL",
        ElementType.F8E4M3 => "F8_E4M3",
        ElementType.F8E5M2 => "F8_E5M2",
        _ => type.ToString(),
    };

    /// <summary>The reverse of <see cref="ToDtype"/>; null for an unknown spelling. Case matters.</summary>
    internal static ElementType? FromDtype(string? dtype)
    {
        foreach (var type in Enum.GetValues<ElementType>())
        {
            if (type.ToDtype() == dtype) return type;
        }

        return null;
    }
}
