using Attune.Recognition.Models;

namespace Attune.Recognition.Tests.Models;

public sealed class FloatConversionTests
{
    // Bits of a float, and of the BF16 it must become: computed by hand.
    [Theory]
    [InlineData(0x3F80_0000u, 0x3F80)] // exact
    [InlineData(0x3F80_8000u, 0x3F80)] // tie, down to even
    [InlineData(0x3F81_8000u, 0x3F82)] // tie, up to even
    [InlineData(0x3F80_8001u, 0x3F81)] // above the tie
    [InlineData(0x3F80_7FFFu, 0x3F80)] // below the tie
    [InlineData(0xBF81_8000u, 0xBF82)] // sign kept
    [InlineData(0x7F7F_FFFFu, 0x7F80)] // largest float, to infinity
    [InlineData(0xFF80_0000u, 0xFF80)] // minus infinity
    [InlineData(0x0000_8001u, 0x0001)] // subnormal
    [InlineData(0x7F80_0001u, 0x7FC0)] // NaN must not become infinity
    [InlineData(0xFFFF_FFFFu, 0xFFFF)] // NaN must not wrap to zero
    public void Narrow_ToBFloat16_RoundsToNearestEven(uint floatBits, int expected)
    {
        var bytes = new byte[2];

        FloatConversion.Narrow(ElementType.BF16, [BitConverter.UInt32BitsToSingle(floatBits)], bytes);

        Assert.Equal((ushort)expected, BitConverter.ToUInt16(bytes));
    }

    // Values beside the spacing of F16: 2^-10 at 1, 32 near its largest value 65504, 2^-24 at 0.
    [Theory]
    [InlineData(1f + (1f / 2048), 0x3C00)] // tie, down to even
    [InlineData(1f + (3f / 2048), 0x3C02)] // tie, up to even
    [InlineData(65519f, 0x7BFF)]
    [InlineData(65520f, 0x7C00)] // tie at the end, to infinity
    [InlineData(5.9604645e-8f, 0x0001)] // 2^-24
    [InlineData(2.9802322e-8f, 0x0000)] // 2^-25, tie, down to even
    [InlineData(-1f, 0xBC00)]
    public void Narrow_ToHalf_RoundsToNearestEven(float value, int expected)
    {
        var bytes = new byte[2];

        FloatConversion.Narrow(ElementType.F16, [value], bytes);

        Assert.Equal((ushort)expected, BitConverter.ToUInt16(bytes));
    }

    [Theory]
    [InlineData(ElementType.F16)]
    [InlineData(ElementType.BF16)]
    public void Narrow_AfterWiden_EveryBitPatternReturns(ElementType type)
    {
        var bytes = new byte[2 << 16];
        for (var i = 0; i < 1 << 16; i++) BitConverter.TryWriteBytes(bytes.AsSpan(2 * i), (ushort)i);
        var floats = new float[1 << 16];
        var back = new byte[bytes.Length];

        FloatConversion.Widen(type, bytes, floats);
        FloatConversion.Narrow(type, floats, back);

        for (var i = 0; i < floats.Length; i++)
        {
            var bits = BitConverter.ToUInt16(bytes, 2 * i);
            var exact = type == ElementType.F16 ? (float)BitConverter.UInt16BitsToHalf(bits) : BitConverter.UInt32BitsToSingle((uint)bits << 16);
            Assert.Equal(exact, floats[i]);
            if (!float.IsNaN(exact)) Assert.Equal(bits, BitConverter.ToUInt16(back, 2 * i));
        }
    }

    [Fact]
    public void Widen_WrongTypeOrLength_Throws()
    {
        Assert.Throws<ArgumentException>(() => FloatConversion.Widen(ElementType.I32, new byte[4], new float[1]));
        Assert.Throws<ArgumentException>(() => FloatConversion.Widen(ElementType.F16, new byte[4], new float[1]));
        Assert.Throws<ArgumentException>(() => FloatConversion.Narrow(ElementType.F32, new float[2], new byte[4]));
    }
}
