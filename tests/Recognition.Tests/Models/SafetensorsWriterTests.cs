using System.Buffers.Binary;
using System.Text;
using Attune.Recognition.Models;

namespace Attune.Recognition.Tests.Models;

public sealed class SafetensorsWriterTests : IDisposable
{
    private static readonly float[] Values = [0f, -0f, 1f, -2.5f, 65504f, float.PositiveInfinity];

    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder.File("model.safetensors");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ElementType.F32, "00000000000000800000803F000020C000E07F470000807F")]
    [InlineData(ElementType.F16, "00000080003C00C1FF7B007C")]
    [InlineData(ElementType.BF16, "00000080803F20C08047807F")]
    public void Write_Floats_ExactBytes(ElementType type, string expected)
    {
        SafetensorsWriter.Write(FilePath, [TensorSource.FromFloats("x", type, [2, 3], () => Values)]);

        using var file = SafetensorsFile.Open(FilePath);
        var bytes = new byte[file.Tensors["x"].SizeBytes];
        file.ReadBytes("x", bytes);
        Assert.Equal(expected, Convert.ToHexString(bytes));
        Assert.Equal([2, 3], file.Tensors["x"].Shape);
        // 65504 needs 11 bits of mantissa: BF16 has 8 and rounds it up.
        float[] read = type == ElementType.BF16 ? [0f, -0f, 1f, -2.5f, 65536f, float.PositiveInfinity] : Values;
        Assert.Equal(read, file.ReadFloats("x"));
    }

    [Fact]
    public void Write_SmallFile_HeaderPaddedSoThatDataIsAligned()
    {
        SafetensorsWriter.Write(FilePath, [TensorSource.FromFloats("x", ElementType.F32, [1], () => new float[] { 1 })]);

        var bytes = File.ReadAllBytes(FilePath);
        var expected = """{"__metadata__":{"format":"pt"},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""".PadRight(120);
        Assert.Equal(120, BinaryPrimitives.ReadInt64LittleEndian(bytes));
        Assert.Equal(expected, Encoding.UTF8.GetString(bytes, 8, 120));
        Assert.Equal(132, bytes.Length);
    }

    [Fact]
    public void Write_SeveralTensors_KeepsOrderAndMetadata()
    {
        var metadata = new Dictionary<string, string> { ["b"] = "\"quoted\" ü", ["a"] = string.Empty };

        SafetensorsWriter.Write(
            FilePath,
            [
                TensorSource.FromFloats("z", ElementType.F16, [3], () => new float[] { 1, 2, 3 }),
                TensorSource.FromFloats("empty", ElementType.F32, [0], () => ReadOnlyMemory<float>.Empty),
                TensorSource.FromFloats("scalar", ElementType.F32, [], () => new float[] { 4 }),
            ],
            metadata);

        using var file = SafetensorsFile.Open(FilePath);
        Assert.Equal(["z", "empty", "scalar"], file.Tensors.Values.OrderBy(t => t.FileOffset).ThenBy(t => t.SizeBytes).Select(t => t.Name));
        Assert.Equal(metadata, file.Metadata);
        Assert.Equal([4], file.ReadFloats("scalar"));
        Assert.Empty(file.ReadFloats("empty"));
    }

    [Fact]
    public void Write_TensorsOfAnotherFile_SameBytes()
    {
        using var source = SafetensorsFile.Open(Path.Combine(RepositoryFiles.Golden("tiny-layer"), "model.safetensors"));

        SafetensorsWriter.Write(FilePath, [.. source.Tensors.Values.Select(entry => TensorSource.FromFile(new(source, entry)))]);

        using var copy = SafetensorsFile.Open(FilePath);
        Assert.Equal(source.Tensors.Keys, copy.Tensors.Keys);
        Assert.All(source.Tensors.Keys, name => Assert.Equal(source.ReadFloats(name), copy.ReadFloats(name)));
    }

    [Fact]
    public void Write_SourceFailsHalfWay_OldFileStaysAndNothingElse()
    {
        File.WriteAllText(FilePath, "old");
        var failing = new TensorSource("y", ElementType.U8, [4], stream =>
        {
            stream.WriteByte(1);
            throw new InvalidDataException("The source broke.");
        });

        Assert.Throws<InvalidDataException>(() => SafetensorsWriter.Write(FilePath, [failing]));

        Assert.Equal("old", File.ReadAllText(FilePath));
        Assert.Equal([FilePath], Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void Write_SourceGivesWrongNumberOfBytes_NamesTensorAndNumbers(int given)
    {
        var source = new TensorSource("y", ElementType.U8, [4], stream => stream.Write(new byte[given]));

        var exception = Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.Write(FilePath, [source]));

        Assert.Contains($"'y' of shape [4] needs 4 bytes. Its source gave {given}", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("x", "x")]
    [InlineData("x", "__metadata__")]
    public void Write_IllegalNames_Throws(string first, string second)
    {
        TensorSource[] tensors = [Empty(first), Empty(second)];

        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(FilePath, tensors));

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    private static TensorSource Empty(string name) => new(name, ElementType.F32, [0], _ => { });
}
