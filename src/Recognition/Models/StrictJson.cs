using System.Text.Json;
using System.Text.Unicode;

namespace Attune.Recognition.Models;

/// <summary>Reads JSON so that whatever it returns can be walked without further surprises.</summary>
internal static class StrictJson
{
    /// <summary>Reads a whole file whose top level is an object. The caller disposes.</summary>
    /// <exception cref="ModelException">MissingFile, UnreadableFile or InvalidJson.</exception>
    public static JsonDocument ReadObject(string path)
    {
        var bytes = ReadBytes(path).AsMemory();
        if (bytes.Span.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        JsonDocument? document = null;
        try
        {
            document = Parse(bytes, allowDuplicates: false);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            throw new JsonException($"The top level must be an object. Given: {document.RootElement.ValueKind}.");
        }
        catch (JsonException exception)
        {
            document?.Dispose();
            throw new ModelException(
                ModelError.InvalidJson, $"{path} is not a valid JSON object: {exception.Message} Fetch the file again.", exception);
        }
    }

    /// <summary>Parses UTF-8 text in which every name and string is valid Unicode. The caller disposes.</summary>
    /// <exception cref="JsonException">Anything is wrong with the text.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> text, bool allowDuplicates)
    {
        if (!Utf8.IsValid(text.Span)) throw new JsonException("The text is not UTF-8.");
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = allowDuplicates });
            DecodeStrings(document.RootElement);
            return document;
        }
        catch (InvalidOperationException exception)
        {
            document?.Dispose();
            throw new JsonException("A string has an escaped surrogate without its other half.", exception);
        }
    }

    private static byte[] ReadBytes(string path)
    {
        if (!File.Exists(path))
        {
            throw new ModelException(
                ModelError.MissingFile, $"{path} is missing. A model folder needs it: fetch the model again or copy the file there.");
        }

        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelError.UnreadableFile, $"{path} cannot be read: {exception.Message}", exception);
        }
    }

    // Escaped lone surrogates pass the parser and would throw InvalidOperationException later, wherever the string is used.
    private static void DecodeStrings(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String) element.GetString();
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray()) DecodeStrings(item);
        }

        if (element.ValueKind != JsonValueKind.Object) return;
        foreach (var property in element.EnumerateObject())
        {
            _ = property.Name;
            DecodeStrings(property.Value);
        }
    }
}
