using System.Text.Json;
using Attune.Recognition.Audio;

namespace Attune.Cli.Transcription;

/// <summary>Why a file has no transcript.</summary>
/// <param name="File">Its path, as shown.</param>
/// <param name="Code">
/// Stable label: <c>not_found</c>, <c>no_audio</c>, <c>unreadable</c>, <c>internal</c>, or an
/// <see cref="AudioError"/> in snake case.
/// </param>
/// <param name="Message">For people.</param>
internal sealed record FileFailure(string File, string Code, string Message)
{
    /// <summary>Whether it is not the file's fault: ffmpeg is not installed.</summary>
    public bool IsDecoderMissing => Code == CodeOf(AudioError.DecoderMissing);

    /// <summary>The failure that an exception stands for.</summary>
    public static FileFailure From(string file, Exception exception) => exception switch
    {
        AudioException audio => new(file, CodeOf(audio.Error), audio.Message),
        FileNotFoundException or DirectoryNotFoundException => new(file, "not_found", "The file does not exist."),
        IOException or UnauthorizedAccessException => new(file, "unreadable", exception.Message),
        _ => new(file, "internal", $"{exception.GetType().Name}: {exception.Message}"),
    };

    private static string CodeOf(AudioError error) => JsonNamingPolicy.SnakeCaseLower.ConvertName(error.ToString());
}
