using System.Buffers;
using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Attune.Recognition.Models;

/// <summary>A safetensors file, open for reading and checked against every rule of the format.</summary>
/// <remarks>
/// Reading is thread-safe, and takes no memory but the caller's. Values are not checked: NaN and infinity are legal. The file stays readable
/// when it is replaced by a rename, as <see cref="SafetensorsWriter"/> does; nobody may shorten it in place.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    // Elements converted at once; bounds the buffer, and keeps spans below 2 GB.
    private const int ChunkElements = 1 << 18;

    private readonly SafeFileHandle _handle;

    private SafetensorsFile(string path, SafeFileHandle handle)
    {
        Path = path;
        _handle = handle;
    }

    /// <summary>Full path of the file itself: symbolic links to it are resolved.</summary>
    public string Path { get; }

    /// <summary>The tensors, by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; private init; } = new Dictionary<string, TensorEntry>();

    /// <summary>The header's <c>__metadata__</c>; empty if it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private init; } = new Dictionary<string, string>();

    /// <summary>Opens a file and checks its header. The caller disposes.</summary>
    /// <exception cref="ModelException">
    /// MissingFile, UnreadableFile, or the rule that the file breaks (the causes that start with <c>Safetensors</c>).
    /// </exception>
    public static SafetensorsFile Open(string path)
    {
        if (!File.Exists(path)) throw new ModelException(ModelError.MissingFile, $"{path} is missing. Fetch the model again.");
        try
        {
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? System.IO.Path.GetFullPath(path);
            var handle = File.OpenHandle(target, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            try
            {
                var header = ReadHeader(target, handle);
                return new SafetensorsFile(target, handle) { Tensors = header.Tensors, Metadata = header.Metadata };
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelError.UnreadableFile, $"{path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Copies a tensor into a new array; F16 and BF16 are widened exactly.</summary>
    /// <exception cref="ModelException">MissingTensor; TensorType if it is not F32, F16 or BF16.</exception>
    public float[] ReadFloats(string name)
    {
        var values = new float[Find(name).Length];
        ReadFloats(name, values);
        return values;
    }

    /// <summary>Copies a tensor into memory that is there already; F16 and BF16 are widened exactly.</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="values">As many as the tensor has.</param>
    /// <exception cref="ModelException">MissingTensor; TensorType if it is not F32, F16 or BF16.</exception>
    /// <exception cref="ArgumentException">The tensor has another number of values.</exception>
    public void ReadFloats(string name, Span<float> values)
    {
        var entry = Find(name);
        if (values.Length != entry.Length)
            throw new ArgumentException($"Tensor '{name}' has {entry.Length} values. Given: room for {values.Length}.", nameof(values));
        if (!entry.Type.IsFloat())
        {
            throw new ModelException(
                ModelError.TensorType,
                $"Tensor '{name}' of {Path} must be F32, F16 or BF16 to be read as floats. Given: {entry.Type.ToDtype()}.");
        }

        var elementBytes = entry.Type.SizeBytes();
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(values.Length, ChunkElements) * elementBytes);
        for (var start = 0; start < values.Length; start += ChunkElements)
        {
            var target = values.Slice(start, Math.Min(ChunkElements, values.Length - start));
            var source = buffer.AsSpan(0, target.Length * elementBytes);
            Copy(entry.FileOffset + ((long)start * elementBytes), source);
            FloatConversion.Widen(entry.Type, source, target);
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Copies bytes of a tensor, as they are in the file.</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="target">Filled completely.</param>
    /// <param name="offset">First byte, counted from the start of the tensor. Default 0.</param>
    /// <exception cref="ModelException">MissingTensor.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has fewer bytes than asked for.</exception>
    public void ReadBytes(string name, Span<byte> target, long offset = 0)
    {
        var entry = Find(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, entry.SizeBytes - target.Length);
        Copy(entry.FileOffset + offset, target);
    }

    /// <summary>Closes the file. Reading afterwards throws <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _handle.Dispose();

    private static SafetensorsHeader ReadHeader(string path, SafeFileHandle handle)
    {
        var fileBytes = RandomAccess.GetLength(handle);
        Span<byte> length = stackalloc byte[8];
        if (fileBytes < 8)
        {
            throw new ModelException(
                ModelError.SafetensorsTooShort,
                $"{path} is not a valid safetensors file: it must have at least 8 bytes. Given: {fileBytes}.");
        }

        ReadExactly(handle, length, 0);
        var header = new byte[SafetensorsHeader.CheckLength(path, BinaryPrimitives.ReadUInt64LittleEndian(length), fileBytes)];
        ReadExactly(handle, header, 8);
        return SafetensorsHeader.Parse(path, header, fileBytes);
    }

    private static void ReadExactly(SafeFileHandle handle, Span<byte> target, long fileOffset)
    {
        while (!target.IsEmpty)
        {
            var read = RandomAccess.Read(handle, target, fileOffset);
            if (read == 0) throw new EndOfStreamException("The file became shorter while it was being read.");
            target = target[read..];
            fileOffset += read;
        }
    }

    private TensorEntry Find(string name) => Tensors.TryGetValue(name, out var entry)
        ? entry
        : throw new ModelException(ModelError.MissingTensor, $"{Path} has no tensor '{name}'.");

    private void Copy(long fileOffset, Span<byte> target)
    {
        try
        {
            ReadExactly(_handle, target, fileOffset);
        }
        catch (IOException exception)
        {
            throw new ModelException(ModelError.UnreadableFile, $"{Path} cannot be read: {exception.Message}", exception);
        }
    }
}
