namespace Attune.Cli.Transcription;

/// <summary>One file to recognise, or an argument that stands for none.</summary>
/// <param name="Path">As it is shown.</param>
/// <param name="Failure">Why there is nothing to recognise; null for a file.</param>
internal sealed record InputFile(string Path, FileFailure? Failure = null);

/// <summary>From the arguments of the command line to files.</summary>
internal static class InputFiles
{
    private static readonly string[] Extensions = [".wav", ".flac", ".ogg", ".opus", ".mp3"];

    /// <summary>Files in the order of the arguments; those of a folder or a pattern in ordinal order.</summary>
    public static IReadOnlyList<InputFile> Expand(IEnumerable<string> arguments) => [.. arguments.SelectMany(Expand)];

    private static InputFile[] Expand(string argument)
    {
        if (File.Exists(argument)) return [new(argument)];
        var name = Path.GetFileName(argument);
        try
        {
            if (Directory.Exists(argument))
                return Sorted(argument, "*", IsAudio, "no_audio", $"The folder holds no audio ({string.Join(", ", Extensions)}).", argument);
            if (name.AsSpan().IndexOfAny('*', '?') >= 0)
                return Sorted(Path.GetDirectoryName(argument) ?? "", name, _ => true, "not_found", "No file matches.", argument);
        }
        catch (DirectoryNotFoundException)
        {
            return [new(argument, new FileFailure(argument, "not_found", "The folder does not exist."))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [new(argument, new FileFailure(argument, "unreadable", exception.Message))];
        }

        return [new(argument, new FileFailure(argument, "not_found", "The file does not exist."))];
    }

    private static InputFile[] Sorted(
        string folder, string pattern, Func<string, bool> isWanted, string code, string message, string argument)
    {
        var found = Directory.GetFiles(folder.Length == 0 ? "." : folder, pattern)
            .Where(isWanted)
            .Select(path => Path.Combine(folder, Path.GetFileName(path)))
            .Order(StringComparer.Ordinal)
            .Select(path => new InputFile(path))
            .ToArray();
        return found.Length > 0 ? found : [new(argument, new FileFailure(argument, code, message))];
    }

    private static bool IsAudio(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}
