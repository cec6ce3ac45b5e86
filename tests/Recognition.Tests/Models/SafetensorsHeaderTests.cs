using Attune.Recognition.Models;

namespace Attune.Recognition.Tests.Models;

public sealed class SafetensorsHeaderTests
{
    private const string SmallHeader =
        """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[16,22]}}""";

    public static TheoryData<string, int, ModelError> BrokenHeaders() => new()
    {
        { string.Empty, 0, ModelError.SafetensorsHeaderStart },
        { " {}", 0, ModelError.SafetensorsHeaderStart },
        { "[]", 0, ModelError.SafetensorsHeaderStart },
        { "{", 0, ModelError.SafetensorsHeaderJson },
        { "{} x", 0, ModelError.SafetensorsHeaderJson },
        { """{"\ud800":1}""", 0, ModelError.SafetensorsHeaderJson },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, ModelError.SafetensorsDuplicateKey },
        { """{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, ModelError.SafetensorsDuplicateKey },
        { """{"__metadata__":{"k":"1","k":"2"}}""", 0, ModelError.SafetensorsDuplicateKey },
        { """{"__metadata__":{"k":1}}""", 0, ModelError.SafetensorsMetadata },
        { """{"__metadata__":"pt"}""", 0, ModelError.SafetensorsMetadata },
        { """{"a":1}""", 0, ModelError.SafetensorsFields },
        { """{"a":{"dtype":"U8","shape":[1]}}""", 1, ModelError.SafetensorsFields },
        { """{"a":{"dtype":"U8","shape":[1],"offsets":[0,1]}}""", 1, ModelError.SafetensorsFields },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":1}}""", 1, ModelError.SafetensorsFields },
        { SafetensorsBytes.Tensor(dtype: "\"f32\""), 8, ModelError.SafetensorsElementType },
        { SafetensorsBytes.Tensor(dtype: "\"Bool\""), 8, ModelError.SafetensorsElementType },
        { SafetensorsBytes.Tensor(dtype: "1"), 8, ModelError.SafetensorsElementType },
        { SafetensorsBytes.Tensor(shape: "[-2]"), 8, ModelError.SafetensorsShape },
        { SafetensorsBytes.Tensor(shape: "[2.0]"), 8, ModelError.SafetensorsShape },
        { SafetensorsBytes.Tensor(shape: "[\"2\"]"), 8, ModelError.SafetensorsShape },
        { SafetensorsBytes.Tensor(shape: "2"), 8, ModelError.SafetensorsShape },
        { SafetensorsBytes.Tensor(shape: "[18446744073709551615]"), 8, ModelError.SafetensorsShape },
        { SafetensorsBytes.Tensor(shape: "[4294967296,4294967296]"), 8, ModelError.SafetensorsShape },
        { SafetensorsBytes.Tensor(offsets: "[8,0]"), 8, ModelError.SafetensorsOffsets },
        { SafetensorsBytes.Tensor(offsets: "[-8,0]"), 8, ModelError.SafetensorsOffsets },
        { SafetensorsBytes.Tensor(offsets: "[0]"), 8, ModelError.SafetensorsOffsets },
        { SafetensorsBytes.Tensor(offsets: "[0,8,8]"), 8, ModelError.SafetensorsOffsets },
        { SafetensorsBytes.Tensor(offsets: "[0,\"8\"]"), 8, ModelError.SafetensorsOffsets },
        { SafetensorsBytes.Tensor(), 7, ModelError.SafetensorsOutOfBounds },
        { SafetensorsBytes.Tensor(offsets: "[0,9223372036854775807]"), 8, ModelError.SafetensorsOutOfBounds },
        { SafetensorsBytes.Tensor(shape: "[3]"), 8, ModelError.SafetensorsSize },
        { SafetensorsBytes.Tensor(dtype: "\"I64\""), 8, ModelError.SafetensorsSize },
        { """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}}""", 7, ModelError.SafetensorsOverlap },
        { """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4, ModelError.SafetensorsOverlap },
        { """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[5,9]}}""", 9, ModelError.SafetensorsHole },
        { SafetensorsBytes.Tensor(offsets: "[1,9]"), 9, ModelError.SafetensorsHole },
        { SafetensorsBytes.Tensor(), 9, ModelError.SafetensorsTrailingBytes },
        { "{}", 1, ModelError.SafetensorsTrailingBytes },
    };

    [Theory]
    [MemberData(nameof(BrokenHeaders))]
    public void Open_BrokenHeader_NamesTheRule(string header, int dataBytes, ModelError expected)
    {
        var exception = SafetensorsBytes.Open(SafetensorsBytes.Build(header, dataBytes));

        Assert.NotNull(exception);
        Assert.Equal(expected, exception.Error);
        Assert.Contains("model.safetensors", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Open_FewerThanEightBytes_TooShort(int length)
    {
        var exception = SafetensorsBytes.Open(new byte[length]);

        Assert.Equal(ModelError.SafetensorsTooShort, exception?.Error);
    }

    [Theory]
    [InlineData(3UL)]
    [InlineData(100_000_001UL)]
    [InlineData(ulong.MaxValue)]
    public void Open_HeaderLengthTooLarge_HeaderLength(ulong length)
    {
        var bytes = SafetensorsBytes.Build("{}", 0);
        BitConverter.TryWriteBytes(bytes, length);

        var exception = SafetensorsBytes.Open(bytes);

        Assert.Equal(ModelError.SafetensorsHeaderLength, exception?.Error);
        Assert.Contains($"{length}", exception!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_HeaderNotUtf8_HeaderEncoding()
    {
        var exception = SafetensorsBytes.Open(SafetensorsBytes.Build([(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)'}'], 0));

        Assert.Equal(ModelError.SafetensorsHeaderEncoding, exception?.Error);
    }

    [Theory]
    [InlineData("{}", 0)]
    [InlineData("{}   ", 0)]
    [InlineData("""{"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"e":{"dtype":"F32","shape":[0,5],"data_offsets":[0,0]},"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", 2)]
    [InlineData("""{"b":{"shape":[1],"data_offsets":[1,2],"dtype":"I8"},"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}""", 2)]
    public void Open_LegalHeader_Opens(string header, int dataBytes)
    {
        Assert.Null(SafetensorsBytes.Open(SafetensorsBytes.Build(header, dataBytes)));
    }

    [Fact]
    public void Open_TruncatedAnywhere_OnlyModelExceptions()
    {
        var whole = SmallFile();

        for (var length = 0; length < whole.Length; length++)
        {
            Assert.NotNull(SafetensorsBytes.Open(whole[..length]));
        }
    }

    [Fact]
    public void Open_HeaderCutAnywhere_OnlyModelExceptions()
    {
        for (var length = 0; length < SmallHeader.Length; length++)
        {
            Assert.NotNull(SafetensorsBytes.Open(SafetensorsBytes.Build(SmallHeader[..length], 22)));
        }
    }

    [Fact]
    public void Open_BytesFlippedAtRandom_OnlyModelExceptions()
    {
        var random = new Random(20);
        var whole = SmallFile();
        var rejected = 0;

        for (var round = 0; round < 2000; round++)
        {
            var damaged = whole.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--) damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            if (SafetensorsBytes.Open(damaged) is not null) rejected++;
        }

        Assert.InRange(rejected, 1000, 2000);
    }

    private static byte[] SmallFile() => SafetensorsBytes.Build(SmallHeader, 22);
}
