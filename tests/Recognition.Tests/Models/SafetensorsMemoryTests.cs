using Attune.Recognition.Models;

namespace Attune.Recognition.Tests.Models;

public sealed class SafetensorsMemoryTests
{
    private static readonly float[] Values = [1f, -2.5f, 0f, float.NaN];

    [Fact]
    public void ToBytes_Always_IsWhatIsWrittenToAFile()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("x.safetensors");
        SafetensorsWriter.Write(path, Tensors());

        Assert.Equal(File.ReadAllBytes(path), SafetensorsWriter.ToBytes(Tensors()));
    }

    [Fact]
    public void ReadFloats_WhatWasWritten_IsTheSame()
    {
        var file = SafetensorsMemory.Parse("test", SafetensorsWriter.ToBytes(Tensors()));
        var values = new float[4];

        file.ReadFloats("x", values);

        Assert.Equal(Values, values);
        Assert.Equal([2, 2], file.Tensors["x"].Shape);
        Assert.Equal("pt", file.Metadata["format"]);
    }

    [Fact]
    public void ReadFloats_MissingTensorOrAnotherLength_NamesIt()
    {
        var file = SafetensorsMemory.Parse("test", SafetensorsWriter.ToBytes(Tensors()));

        Assert.Equal(ModelError.MissingTensor, Assert.Throws<ModelException>(() => file.ReadFloats("y", new float[4])).Error);
        Assert.Equal(ModelError.TensorShape, Assert.Throws<ModelException>(() => file.ReadFloats("x", new float[3])).Error);
    }

    [Theory]
    [InlineData(0, ModelError.SafetensorsTooShort)]
    [InlineData(7, ModelError.SafetensorsTooShort)]
    [InlineData(20, ModelError.SafetensorsHeaderLength)]
    public void Parse_CutShort_SaysWhatIsMissing(int length, ModelError expected)
    {
        var bytes = SafetensorsWriter.ToBytes(Tensors());

        Assert.Equal(expected, Assert.Throws<ModelException>(() => SafetensorsMemory.Parse("test", bytes.AsMemory(0, length))).Error);
    }

    [Fact]
    public void Parse_LastByteMissing_IsRefused()
    {
        var bytes = SafetensorsWriter.ToBytes(Tensors());

        Assert.Throws<ModelException>(() => SafetensorsMemory.Parse("test", bytes.AsMemory(0, bytes.Length - 1)));
    }

    private static TensorSource[] Tensors() => [TensorSource.FromFloats("x", ElementType.F32, [2, 2], () => Values)];
}
