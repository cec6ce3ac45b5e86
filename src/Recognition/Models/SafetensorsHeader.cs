using System.Text.Json;
using System.Text.Unicode;

namespace Attune.Recognition.Models;

/// <summary>The parsed header of a safetensors file. Every rule of the format is checked; each breach has its own error.</summary>
/// <remarks>Format: https://github.com/huggingface/safetensors#format.</remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>Longest header that the format allows, in bytes.</summary>
    public const long MaximumBytes = 100_000_000;

    /// <summary>Key of the header that holds text instead of a tensor.</summary>
    public const string MetadataKey = "__metadata__";

    private static readonly string[] Fields = ["dtype", "shape", "data_offsets"];

    private readonly string _path;
    private readonly Dictionary<string, TensorEntry> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsHeader(string path) => _path = path;

    /// <summary>The tensors, by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors => _tensors;

    /// <summary>The texts of <c>__metadata__</c>; empty if it is absent.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Checks the 8 bytes in front of the header.</summary>
    /// <returns>Length of the header, in bytes.</returns>
    public static int CheckLength(string path, ulong headerBytes, long fileBytes)
    {
        var header = new SafetensorsHeader(path);
        if (headerBytes > MaximumBytes)
            throw header.Bad(ModelError.SafetensorsHeaderLength, $"the header may have at most {MaximumBytes} bytes. Given: {headerBytes}");
        if ((long)headerBytes > fileBytes - 8)
            throw header.Bad(
                ModelError.SafetensorsHeaderLength,
                $"the header should have {headerBytes} bytes, but the file has only {fileBytes} in all");
        return (int)headerBytes;
    }

    /// <summary>Parses the header and checks that its tensors tile the rest of the file.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="text">The header's bytes, padding included.</param>
    /// <param name="fileBytes">Length of the whole file.</param>
    /// <exception cref="ModelException">One of the causes that start with <c>Safetensors</c>.</exception>
    public static SafetensorsHeader Parse(string path, ReadOnlyMemory<byte> text, long fileBytes)
    {
        var header = new SafetensorsHeader(path);
        long dataStart = 8 + text.Length;
        using var json = header.ParseJson(text);
        foreach (var property in json.RootElement.EnumerateObject())
        {
            if (property.NameEquals(MetadataKey)) header.AddMetadata(property.Value);
            else header.AddTensor(property.Name, property.Value, dataStart, fileBytes - dataStart);
        }

        header.CheckTiling(dataStart, fileBytes);
        return header;
    }

    private JsonDocument ParseJson(ReadOnlyMemory<byte> text)
    {
        if (!Utf8.IsValid(text.Span)) throw Bad(ModelError.SafetensorsHeaderEncoding, "the header must be UTF-8");
        if (text.IsEmpty || text.Span[0] != '{')
        {
            var given = text.IsEmpty ? "nothing" : $"byte 0x{text.Span[0]:X2}";
            throw Bad(ModelError.SafetensorsHeaderStart, $"the header must start with '{{'. Given: {given}");
        }

        try
        {
            var json = StrictJson.Parse(text, allowDuplicates: true);
            CheckDuplicates(json.RootElement);
            return json;
        }
        catch (JsonException exception)
        {
            throw Bad(ModelError.SafetensorsHeaderJson, $"the header must be JSON. {exception.Message.TrimEnd('.')}", exception);
        }
    }

    private void CheckDuplicates(JsonElement element)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            if (!names.Add(property.Name))
                throw Bad(ModelError.SafetensorsDuplicateKey, $"a key may stand only once. Given twice: '{property.Name}'");
            if (property.Value.ValueKind == JsonValueKind.Object) CheckDuplicates(property.Value);
        }
    }

    private void AddMetadata(JsonElement metadata)
    {
        if (metadata.ValueKind != JsonValueKind.Object)
            throw Bad(ModelError.SafetensorsMetadata, $"{MetadataKey} must be an object of strings. Given: {metadata.ValueKind}");
        foreach (var item in metadata.EnumerateObject())
        {
            if (item.Value.ValueKind != JsonValueKind.String)
                throw Bad(
                    ModelError.SafetensorsMetadata,
                    $"{MetadataKey} must hold only strings. Given for '{item.Name}': {item.Value.ValueKind}");
            _metadata[item.Name] = item.Value.GetString()!;
        }
    }

    private void AddTensor(string name, JsonElement tensor, long dataStart, long bufferBytes)
    {
        var fields = tensor.ValueKind == JsonValueKind.Object ? tensor.EnumerateObject().Select(field => field.Name).ToArray() : [];
        if (fields.Length != Fields.Length || Fields.Except(fields).Any())
        {
            var given = tensor.ValueKind == JsonValueKind.Object ? string.Join(", ", fields) : tensor.ValueKind.ToString();
            throw Bad(
                ModelError.SafetensorsFields, $"tensor '{name}' must have exactly the fields {string.Join(", ", Fields)}. Given: {given}");
        }

        var type = ReadType(name, tensor.GetProperty("dtype"));
        var (shape, sizeBytes) = ReadShape(name, tensor.GetProperty("shape"), type);
        var (begin, end) = ReadOffsets(name, tensor.GetProperty("data_offsets"));
        if (end > bufferBytes)
            throw Bad(ModelError.SafetensorsOutOfBounds, $"tensor '{name}' ends at byte {end} of the data, which has only {bufferBytes}");
        if (end - begin != sizeBytes)
        {
            throw Bad(
                ModelError.SafetensorsSize,
                $"tensor '{name}' of type {type.ToDtype()} and shape {TensorEntry.Describe(shape)} needs {sizeBytes} bytes. Given: "
                + $"{end - begin}");
        }

        _tensors.Add(name, new(name, type, shape, dataStart + begin, sizeBytes));
    }

    private ElementType ReadType(string name, JsonElement dtype)
    {
        var text = dtype.ValueKind == JsonValueKind.String ? dtype.GetString() : null;
        return ElementTypes.FromDtype(text)
            ?? throw Bad(
                ModelError.SafetensorsElementType,
                $"the dtype of tensor '{name}' must be one of {ElementTypes.Known}. Given: {dtype.GetRawText()}");
    }

    private (long[] Shape, long SizeBytes) ReadShape(string name, JsonElement element, ElementType type)
    {
        var shape = ReadIntegers(element)
            ?? throw Bad(
                ModelError.SafetensorsShape,
                $"the shape of tensor '{name}' must be a list of non-negative integers. Given: {element.GetRawText()}");
        try
        {
            return (shape, shape.Aggregate((long)type.SizeBytes(), (product, extent) => checked(product * extent)));
        }
        catch (OverflowException exception)
        {
            throw Bad(
                ModelError.SafetensorsShape,
                $"the size of tensor '{name}' must fit 64 bits. Given: {TensorEntry.Describe(shape)}", exception);
        }
    }

    private (long Begin, long End) ReadOffsets(string name, JsonElement element)
    {
        if (ReadIntegers(element) is [var begin, var end] && begin <= end) return (begin, end);
        throw Bad(
            ModelError.SafetensorsOffsets,
            $"the data_offsets of tensor '{name}' must be two ordered non-negative integers. Given: {element.GetRawText()}");
    }

    // Null unless the element is a list of non-negative integers that fit 64 bits.
    private static long[]? ReadIntegers(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array) return null;
        var values = new long[element.GetArrayLength()];
        for (var i = 0; i < values.Length; i++)
        {
            var item = element[i];
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out values[i]) || values[i] < 0) return null;
        }

        return values;
    }

    private void CheckTiling(long dataStart, long fileBytes)
    {
        var expected = dataStart;
        foreach (var tensor in _tensors.Values.OrderBy(tensor => tensor.FileOffset).ThenBy(tensor => tensor.SizeBytes))
        {
            if (tensor.FileOffset < expected)
                throw Bad(
                    ModelError.SafetensorsOverlap,
                    $"tensor '{tensor.Name}' shares {expected - tensor.FileOffset} bytes with the one before it");
            if (tensor.FileOffset > expected)
                throw Bad(
                    ModelError.SafetensorsHole,
                    $"{tensor.FileOffset - expected} bytes in front of tensor '{tensor.Name}' belong to no tensor");
            expected += tensor.SizeBytes;
        }

        if (expected != fileBytes)
            throw Bad(ModelError.SafetensorsTrailingBytes, $"the last {fileBytes - expected} bytes belong to no tensor");
    }

    private ModelException Bad(ModelError error, string rule, Exception? inner = null) =>
        new(error, $"{_path} is not a valid safetensors file: {rule}. Fetch or convert the model again.", inner);
}
