using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace Attune.Recognition.Models;

/// <summary>Writes safetensors files, tensor by tensor and all or nothing.</summary>
/// <remarks>Thread-safe. The same input gives the same bytes.</remarks>
public static class SafetensorsWriter
{
    // Data starts at a multiple of this many bytes, so that mapped vectors are aligned to a cache line.
    private const int Alignment = 64;

    /// <summary>Writes a file, replacing one that is there.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="tensors">The tensors, in the order of the file. Sources are asked one after the other.</param>
    /// <param name="metadata">Texts for <c>__metadata__</c>, written in ordinal order of their keys. Default: <c>format</c> = <c>pt</c>,
    /// which transformers insists on; given texts should contain it too.</param>
    /// <exception cref="ArgumentException">Names or shapes are not legal. Nothing was written.</exception>
    /// <exception cref="InvalidOperationException">A source gave more or fewer bytes than its shape needs.</exception>
    /// <exception cref="IOException">The folder cannot be written to, the disk is full, or the file is larger than allowed.</exception>
    /// <remarks>
    /// 1. The tensors go to a temporary file in the same folder. 2. It is flushed to the disk. 3. It is renamed to <paramref name="path"/>.
    /// After a failure, also of a source, the old file is as it was and the temporary file is gone.
    /// </remarks>
    public static void Write(string path, IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var header = BuildHeader(tensors, metadata);
        var target = Path.GetFullPath(path);
        var temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(header);
                foreach (var tensor in tensors) WriteTensor(stream, tensor);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            // What .NET makes of EFBIG: a limit of the file system or of the process.
            File.Delete(temporary);
            throw new IOException($"{target} cannot be written: {exception.Message}", exception);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>What <see cref="Write"/> would write, in memory. For files of some megabytes; at most 2 GB.</summary>
    /// <param name="tensors">The tensors, in the order of the file.</param>
    /// <param name="metadata">As for <see cref="Write"/>.</param>
    /// <exception cref="ArgumentException">Names or shapes are not legal.</exception>
    /// <exception cref="InvalidOperationException">A source gave more or fewer bytes than its shape needs.</exception>
    public static byte[] ToBytes(IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var header = BuildHeader(tensors, metadata);
        var bytes = new byte[checked((int)(header.Length + tensors.Sum(tensor => tensor.SizeBytes)))];
        using var stream = new MemoryStream(bytes);
        stream.Write(header);
        foreach (var tensor in tensors) WriteTensor(stream, tensor);
        return bytes;
    }

    /// <summary>Deletes the temporary files that writers left in a folder when they were killed. Nobody may be writing there.</summary>
    /// <param name="folder">One that does not exist has none.</param>
    /// <exception cref="IOException">One cannot be deleted.</exception>
    public static void DeleteUnfinished(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var file in Directory.EnumerateFiles(folder, ".*.safetensors.*.tmp")) File.Delete(file);
    }

    private static void WriteTensor(Stream stream, TensorSource tensor)
    {
        var start = stream.Position;
        tensor.Write(stream);
        var written = stream.Position - start;
        if (written != tensor.SizeBytes)
        {
            throw new InvalidOperationException(
                $"Tensor '{tensor.Name}' of shape {TensorEntry.Describe(tensor.Shape)} needs {tensor.SizeBytes} bytes. Its source gave "
                + $"{written}.");
        }
    }

    private static byte[] BuildHeader(IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        Check(tensors);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata ?? new Dictionary<string, string> { ["format"] = "pt" });
            long offset = 0;
            foreach (var tensor in tensors)
            {
                WriteEntry(json, tensor, offset);
                offset = checked(offset + tensor.SizeBytes);
            }

            json.WriteEndObject();
        }

        return Pad(buffer.WrittenSpan);
    }

    private static void Check(IReadOnlyList<TensorSource> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataKey };
        foreach (var tensor in tensors)
        {
            if (!names.Add(tensor.Name))
                throw new ArgumentException(
                    $"Tensor names must be unique, and not {SafetensorsHeader.MetadataKey}. Given: '{tensor.Name}'.", nameof(tensors));
            if (tensor.Shape.Any(extent => extent < 0))
                throw new ArgumentException(
                    $"Extents must not be negative. Given for '{tensor.Name}': {TensorEntry.Describe(tensor.Shape)}.", nameof(tensors));
        }
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count == 0) return;
        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach (var (key, text) in metadata.OrderBy(item => item.Key, StringComparer.Ordinal)) json.WriteString(key, text);
        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, TensorSource tensor, long offset)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", tensor.Type.ToDtype());
        json.WriteStartArray("shape");
        foreach (var extent in tensor.Shape) json.WriteNumberValue(extent);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + tensor.SizeBytes);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static byte[] Pad(ReadOnlySpan<byte> json)
    {
        var length = (8 + json.Length + Alignment - 1) / Alignment * Alignment;
        if (length - 8 > SafetensorsHeader.MaximumBytes)
            throw new ArgumentException(
                $"The header may have at most {SafetensorsHeader.MaximumBytes} bytes. These names and texts need {length - 8}.");
        var header = new byte[length];
        BinaryPrimitives.WriteInt64LittleEndian(header, length - 8);
        json.CopyTo(header.AsSpan(8));
        header.AsSpan(8 + json.Length).Fill((byte)' ');
        return header;
    }
}
