using System.Buffers.Binary;
using System.Text;
using Attune.Recognition.Models;

namespace Attune.Recognition.Tests.Models;

/// <summary>Builds safetensors files byte by byte, correct or not.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Build(string header, int dataBytes) => Build(Encoding.UTF8.GetBytes(header), dataBytes);

    public static byte[] Build(byte[] header, int dataBytes)
    {
        var file = new byte[8 + header.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file, 8);
        for (var i = 8 + header.Length; i < file.Length; i++) file[i] = (byte)i;
        return file;
    }

    /// <summary>A header with the tensor "a", its three fields given as JSON.</summary>
    public static string Tensor(string dtype = "\"F32\"", string shape = "[2]", string offsets = "[0,8]") =>
        "{\"a\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";

    /// <summary>Opens a file with these bytes, reads what can be read as floats and closes it again.</summary>
    /// <returns>Why it could not be opened; null if it could.</returns>
    public static ModelException? Open(byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        File.WriteAllBytes(path, bytes);
        try
        {
            using var file = SafetensorsFile.Open(path);
            foreach (var entry in file.Tensors.Values.Where(entry => entry.Type.IsFloat())) file.ReadFloats(entry.Name);
            return null;
        }
        catch (ModelException exception)
        {
            return exception;
        }
    }
}
