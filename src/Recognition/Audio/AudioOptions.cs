using System.ComponentModel.DataAnnotations;

namespace Attune.Recognition.Audio;

/// <summary>Which audio is accepted and what decodes compressed audio.</summary>
public sealed class AudioOptions
{
    public const string Section = "Audio";

    /// <summary>Longest audio of one request. From 1 second to 24 hours. Default 30 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxDuration { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Name on the PATH, or path, of the ffmpeg program that decodes FLAC, Ogg and MP3. Default <c>ffmpeg</c>.</summary>
    /// <remarks>WAV and headerless audio need no program.</remarks>
    [Required]
    public string FfmpegPath { get; set; } = "ffmpeg";

    /// <summary>Time that ffmpeg has for one file before it is killed. From 1 second to 1 hour. Default 60 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan DecoderTimeout { get; set; } = TimeSpan.FromSeconds(60);
}
