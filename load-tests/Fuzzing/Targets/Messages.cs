using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Attune.Fuzzing.Targets;

/// <summary>Protobuf messages one behind the other, each after its length.</summary>
internal static class Messages
{
    private const int MaxMessages = 16;

    private static readonly string[] Texts = ["", "line-7", "/acme/line", "..", "a\0b", new string('x', 10_000), "é", "0", "-1", "99999999999", "attune.steps", "attune.domain", "attune.latency_budget_ms"];

    private static readonly long[] Numbers = [0, 1, -1, 2, 16_000, 383_999, 384_000, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue];

    private static readonly double[] Fractions = [0, -0.0, 1, 0.5, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, double.MaxValue];

    /// <summary>The messages' bytes; what has no right length is the last one.</summary>
    public static IEnumerable<byte[]> Split(ReadOnlyMemory<byte> bytes)
    {
        for (var count = 0; bytes.Length > 0 && count < MaxMessages; count++)
        {
            var (length, header) = ReadLength(bytes.Span);
            if (header == 0 || length > bytes.Length - header) (length, header) = (bytes.Length, 0);
            yield return bytes.Slice(header, length).ToArray();
            bytes = bytes[(header + length)..];
        }
    }

    /// <summary>The opposite.</summary>
    public static byte[] Join(IEnumerable<byte[]> messages)
    {
        using var stream = new MemoryStream();
        using var output = new CodedOutputStream(stream, leaveOpen: true);
        foreach (var message in messages) output.WriteBytes(ByteString.CopyFrom(message));
        output.Flush();
        return stream.ToArray();
    }

    /// <summary>Sets a field somewhere in one of the messages to something that its type allows; null if none can be read.</summary>
    public static byte[]? Rewrite(byte[] bytes, MessageDescriptor type, Random random)
    {
        var messages = Split(bytes).ToList();
        if (messages.Count == 0 || random.Next(8) == 0) messages.Add([]);
        var index = random.Next(messages.Count);
        if (Change(messages[index], type, random) is not { } changed) return null;
        messages[index] = changed;
        return Join(messages);
    }

    /// <summary>The same for one message without a length.</summary>
    public static byte[]? Change(byte[] bytes, MessageDescriptor type, Random random)
    {
        try
        {
            var message = type.Parser.ParseFrom(bytes);
            for (var changes = 1 + random.Next(3); changes > 0; changes--) Change(message, random);
            return message.ToByteArray();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static void Change(IMessage message, Random random)
    {
        var fields = message.Descriptor.Fields.InDeclarationOrder();
        if (fields.Count == 0) return;
        var field = fields[random.Next(fields.Count)];
        if (field.IsMap)
        {
            if (field.Accessor.GetValue(message) is IDictionary<string, string> map) map[Text(random)] = Text(random);
        }
        else if (field.IsRepeated)
        {
            ((System.Collections.IList)field.Accessor.GetValue(message)).Add(Value(field, random));
        }
        else if (field.FieldType == FieldType.Message && field.Accessor.GetValue(message) is IMessage inner)
        {
            Change(inner, random);
        }
        else
        {
            field.Accessor.SetValue(message, Value(field, random));
        }
    }

    private static object Value(FieldDescriptor field, Random random)
    {
        if (field.FieldType == FieldType.Message)
        {
            var message = field.MessageType.Parser.ParseFrom(Array.Empty<byte>());
            Change(message, random);
            return message;
        }

        var number = random.Next(3) == 0 ? random.Next(20) : Numbers[random.Next(Numbers.Length)];
        return field.FieldType switch
        {
            FieldType.String => Text(random),
            FieldType.Bytes => ByteString.CopyFrom(Bytes(random)),
            FieldType.Bool => random.Next(2) == 0,
            FieldType.Double => Fractions[random.Next(Fractions.Length)],
            FieldType.Float => (float)Fractions[random.Next(Fractions.Length)],
            FieldType.Enum => (int)number,
            FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => (int)number,
            FieldType.UInt32 or FieldType.Fixed32 => (uint)number,
            FieldType.UInt64 or FieldType.Fixed64 => (ulong)number,
            _ => number,
        };
    }

    private static string Text(Random random) => Texts[random.Next(Texts.Length)];

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(64)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static (int Length, int Header) ReadLength(ReadOnlySpan<byte> bytes)
    {
        var length = 0L;
        for (var i = 0; i < Math.Min(5, bytes.Length); i++)
        {
            length |= (long)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80) return length <= int.MaxValue ? ((int)length, i + 1) : (0, 0);
        }

        return (0, 0);
    }
}
