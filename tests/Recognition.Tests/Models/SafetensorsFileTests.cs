using Attune.Recognition.Models;

namespace Attune.Recognition.Tests.Models;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_MissingFile_NamesIt()
    {
        var path = _folder.File("absent.safetensors");

        var exception = Assert.Throws<ModelException>(() => SafetensorsFile.Open(path));

        Assert.Equal(ModelError.MissingFile, exception.Error);
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SymbolicLink_PathIsTheFileItself()
    {
        var blob = Write(SafetensorsBytes.Build(SafetensorsBytes.Tensor(), 8));
        var link = _folder.File("link.safetensors");
        File.CreateSymbolicLink(link, blob);

        using var file = SafetensorsFile.Open(link);

        Assert.Equal(blob, file.Path);
    }

    [Fact]
    public void Open_GoldenModel_OffsetsCountFromStartOfFile()
    {
        var path = Path.Combine(RepositoryFiles.Golden("tiny-group"), "model.safetensors");
        var bytes = File.ReadAllBytes(path);

        using var file = SafetensorsFile.Open(path);

        var entry = file.Tensors["lm_head.weight"];
        Assert.Equal([32, 48], entry.Shape);
        Assert.Equal(32 * 48 * 4, entry.SizeBytes);
        Assert.Equal(BitConverter.ToSingle(bytes, (int)entry.FileOffset), file.ReadFloats(entry.Name)[0]);
        Assert.Equal("pt", file.Metadata["format"]);
    }

    [Fact]
    public void ReadFloats_Integers_TensorTypeError()
    {
        using var file = SafetensorsFile.Open(Write(SafetensorsBytes.Build(SafetensorsBytes.Tensor(dtype: "\"I32\""), 8)));

        var exception = Assert.Throws<ModelException>(() => file.ReadFloats("a"));

        Assert.Equal(ModelError.TensorType, exception.Error);
        Assert.Contains("I32", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadFloats_UnknownName_MissingTensorError()
    {
        using var file = SafetensorsFile.Open(Write(SafetensorsBytes.Build("{}", 0)));

        Assert.Equal(ModelError.MissingTensor, Assert.Throws<ModelException>(() => file.ReadFloats("b")).Error);
    }

    [Fact]
    public void ReadFloats_MoreThanOneChunk_AllValues()
    {
        const int Count = (1 << 18) + 3;
        var path = _folder.File("long.safetensors");
        var values = Enumerable.Range(0, Count).Select(i => (float)(i % 256)).ToArray();
        SafetensorsWriter.Write(path, [TensorSource.FromFloats("a", ElementType.BF16, [Count], () => values)]);

        using var file = SafetensorsFile.Open(path);

        Assert.Equal(values, file.ReadFloats("a"));
    }

    [Fact]
    public void ReadBytes_PartOfTensor_TheseBytes()
    {
        var bytes = SafetensorsBytes.Build(SafetensorsBytes.Tensor(), 8);
        using var file = SafetensorsFile.Open(Write(bytes));
        var part = new byte[3];

        file.ReadBytes("a", part, offset: 5);

        Assert.Equal(bytes[^3..], part);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadBytes("a", part, offset: 6));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadBytes("a", part, offset: -1));
    }

    [Fact]
    public void ReadFloats_AfterDispose_Throws()
    {
        var file = SafetensorsFile.Open(Write(SafetensorsBytes.Build(SafetensorsBytes.Tensor(), 8)));

        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.ReadFloats("a"));
    }

    [Fact]
    public void ReadFloats_FileReplacedByWriter_StillTheOldValues()
    {
        var path = _folder.File("model.safetensors");
        SafetensorsWriter.Write(path, [TensorSource.FromFloats("a", ElementType.F32, [2], () => new float[] { 1, 2 })]);
        using var old = SafetensorsFile.Open(path);

        SafetensorsWriter.Write(path, [TensorSource.FromFloats("a", ElementType.F32, [2], () => new float[] { 3, 4 })]);

        using var replaced = SafetensorsFile.Open(path);
        Assert.Equal([1, 2], old.ReadFloats("a"));
        Assert.Equal([3, 4], replaced.ReadFloats("a"));
    }

    private string Write(byte[] bytes)
    {
        var path = _folder.File("model.safetensors");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
