using Attune.Recognition.Models;

namespace Attune.Text.Tokenization;

/// <summary>Reads the text files of tokenizers.</summary>
internal static class TextLines
{
    /// <summary>The lines of a UTF-8 file, without their ends.</summary>
    /// <exception cref="ModelException">MissingFile, UnreadableFile; InvalidVocabulary if it is not UTF-8.</exception>
    public static string[] Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new ModelException(
                ModelError.MissingFile, $"{path} is missing. A text model needs it: fetch the model again or copy the file there.");
        }

        try
        {
            var lines = UnicodeText.Decode(File.ReadAllBytes(path)).TrimStart('\uFEFF').Split('\n');
            // What follows the last line's end is no line.
            return [.. (lines[^1].Length == 0 ? lines[..^1] : lines).Select(line => line.TrimEnd('\r'))];
        }
        catch (TextException exception)
        {
            throw new ModelException(ModelError.InvalidVocabulary, $"{path} cannot be used: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelError.UnreadableFile, $"{path} cannot be read: {exception.Message}", exception);
        }
    }
}
