using System.Buffers.Binary;
using System.Text;

namespace Attune.Fuzzing;

/// <summary>Changes inputs: bits, numbers, ranges, pieces of other inputs, tokens of the format.</summary>
/// <param name="random">All chance comes from it.</param>
/// <param name="target">The format.</param>
internal sealed class Mutator(Random random, FuzzTarget target)
{
    private const int MaxChanges = 6, MaxRange = 64, MaxRepeats = 2048;

    private static readonly long[] Numbers =
    [
        0, 1, 2, 7, 8, 15, 16, 127, 128, 255, 256, 1023, 4096, short.MaxValue, ushort.MaxValue, 65_536, int.MaxValue - 1, int.MaxValue, uint.MaxValue, 0x7FFF_F000, 1L << 32, 1L << 53, long.MaxValue,
        -1, -2, short.MinValue, int.MinValue, long.MinValue,
    ];

    private static readonly string[] Texts =
    [
        "0", "-0", "-1", "1e999", "-1e999", "1e-999", "NaN", "Infinity", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "99999999999999999999999", "0.1", "true", "null", "\"\"", "[]", "{}",
        "\\u0000", "\\ud800", "\0", "é", "\U0001F600", "../", "/", "//", "~", "%s", "*", "&a", "*a", "<<", "!!", "\r\n", "\t", "\uFEFF",
    ];

    /// <summary>A change of one of the inputs.</summary>
    public byte[] Next(IReadOnlyList<byte[]> inputs)
    {
        // Newer inputs lie deeper.
        var index = random.Next(4) == 0 ? inputs.Count - 1 - random.Next(Math.Min(inputs.Count, 16)) : random.Next(inputs.Count);
        var input = inputs[index];
        if (target.Rewrite is not null && random.Next(2) == 0 && target.Rewrite(input, random) is { } rewritten) input = rewritten;
        else
            for (var changes = 1 + random.Next(MaxChanges); changes > 0; changes--) input = Change(input, inputs);
        if (target.Repair is not null && random.Next(4) != 0) input = target.Repair(input);
        return input.Length <= target.MaxBytes ? input : input[..target.MaxBytes];
    }

    private byte[] Change(byte[] input, IReadOnlyList<byte[]> inputs)
    {
        var at = random.Next(input.Length + 1);
        var length = Math.Min(input.Length - at, 1 + random.Next(MaxRange));
        return random.Next(11) switch
        {
            0 when input.Length > 0 => Flip(input),
            1 => Overwrite(input, at, Number()),
            2 => Replace(input, at, length, []),
            3 => Replace(input, at, 0, input.AsSpan(at, length)),
            4 => Replace(input, at, 0, Bytes(1 + random.Next(8))),
            5 => Replace(input, at, length, Bytes(length)),
            6 => Replace(input, at, 0, Token()),
            7 => Replace(input, at, Math.Min(length, 8), Token()),
            8 => Splice(input, at, inputs[random.Next(inputs.Count)]),
            9 => ReplaceWord(input, at),
            _ => random.Next(8) == 0 ? Repeat(input, at) : input[..at],
        };
    }

    private byte[] Flip(byte[] input)
    {
        var changed = (byte[])input.Clone();
        changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
        return changed;
    }

    /// <summary>A number in one of four sizes and two orders.</summary>
    private byte[] Number()
    {
        var bytes = new byte[8];
        var value = Numbers[random.Next(Numbers.Length)] + random.Next(3) - 1;
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        var number = bytes[..(1 << random.Next(4))];
        if (random.Next(4) == 0) Array.Reverse(number);
        return number;
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private byte[] Token()
    {
        var texts = target.Tokens.Count > 0 && random.Next(3) > 0 ? target.Tokens : Texts;
        return Encoding.UTF8.GetBytes(texts[random.Next(texts.Count)]);
    }

    /// <summary>A token many times over, as deep as nesting goes.</summary>
    private byte[] Repeat(byte[] input, int at)
    {
        var token = Token();
        var times = Math.Min(1 + random.Next(MaxRepeats), target.MaxBytes / Math.Max(1, token.Length));
        var many = new byte[token.Length * times];
        for (var i = 0; i < times; i++) token.CopyTo(many, i * token.Length);
        return Replace(input, at, 0, many);
    }

    /// <summary>Takes a token in place of a word or number of a text.</summary>
    private byte[] ReplaceWord(byte[] input, int at)
    {
        static bool IsPart(byte value) => char.IsAsciiLetterOrDigit((char)value) || value is (byte)'_' or (byte)'.' or (byte)'-';
        var start = at;
        while (start > 0 && IsPart(input[start - 1])) start--;
        var end = at;
        while (end < input.Length && IsPart(input[end])) end++;
        return Replace(input, start, end - start, Token());
    }

    private static byte[] Splice(byte[] input, int at, byte[] other)
    {
        var from = other.Length == 0 ? 0 : at % other.Length;
        return [.. input.AsSpan(0, at), .. other.AsSpan(from)];
    }

    private static byte[] Overwrite(byte[] input, int at, byte[] bytes) => Replace(input, at, Math.Min(bytes.Length, input.Length - at), bytes);

    private static byte[] Replace(byte[] input, int at, int length, ReadOnlySpan<byte> by) => [.. input.AsSpan(0, at), .. by, .. input.AsSpan(at + length)];
}
