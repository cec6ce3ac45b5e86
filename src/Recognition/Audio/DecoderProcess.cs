using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Attune.Recognition.Audio;

/// <summary>One ffmpeg that decodes one file: bytes go in, AU comes out, complaints are kept.</summary>
/// <remarks>
/// The bytes are not trusted. So the demuxer is given and not guessed, only pipes may be opened (playlists and references to files
/// or hosts are refused), only the decoders of the formats accepted may run, one thread is used, and output ends at a limit.
/// No shell is involved. Disposal kills the process and its children if they still run, and waits until nothing uses the pipes.
/// </remarks>
internal sealed class DecoderProcess : IAsyncDisposable
{
    private const string AcceptedCodecs = "flac,opus,libopus,vorbis,libvorbis,speex,libspeex,mp3,mp3float";
    private const int KeptErrorCharacters = 4096;

    /// <summary>Without it a FLAC frame with a wrong checksum becomes noise. We check Ogg; MP3 frames seldom have a checksum.</summary>
    private static readonly string[] RefuseDamagedFrames = ["-err_detect", "crccheck+explode"];

    private readonly Process _process;
    private readonly Task _feeding;
    private readonly Task<string> _errors;

    private DecoderProcess(Process process, ReadOnlyMemory<byte> bytes)
    {
        _process = process;
        _feeding = FeedAsync(process.StandardInput.BaseStream, bytes);
        _errors = ReadTailAsync(process.StandardError);
    }

    /// <summary>The decoded audio. It ends when the process does.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Starts decoding.</summary>
    /// <param name="program">ffmpeg's name or path.</param>
    /// <param name="container">What the bytes are; not WAV.</param>
    /// <param name="bytes">The whole file.</param>
    /// <param name="maxOutput">Decoding stops after so much audio.</param>
    /// <exception cref="AudioException"><see cref="AudioError.DecoderMissing"/>.</exception>
    public static DecoderProcess Start(string program, AudioContainer container, ReadOnlyMemory<byte> bytes, TimeSpan maxOutput)
    {
        var start = new ProcessStartInfo(program, Arguments(container, maxOutput))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        try
        {
            var process = Process.Start(start) ?? throw new InvalidOperationException("A process without shell is always new.");
            return new DecoderProcess(process, bytes);
        }
        catch (Win32Exception exception)
        {
            throw new AudioException(
                AudioError.DecoderMissing,
                $"FLAC, Ogg and MP3 need ffmpeg, and '{program}' cannot be started. Install it on the server (apt-get install ffmpeg), "
                + "set Audio:FfmpegPath, or send WAV or raw PCM.",
                exception);
        }
    }

    /// <summary>Waits for the end, once <see cref="Output"/> has been read to its end.</summary>
    /// <returns>The exit status and the end of what the process wrote to standard error.</returns>
    public async Task<(int ExitCode, string Errors)> FinishAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        await _feeding.WaitAsync(cancellationToken);
        return (_process.ExitCode, await _errors.WaitAsync(cancellationToken));
    }

    /// <summary>Ends process and children at once. Thread-safe; does nothing if they have ended.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is Win32Exception or AggregateException)
        {
            // A process that ended by itself meanwhile. This runs on a timer's thread, where an exception would end the server.
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        await Task.WhenAll(_feeding, _errors);
        _process.Dispose();
    }

    private static IEnumerable<string> Arguments(AudioContainer container, TimeSpan maxOutput) =>
    [
        "-nostdin", "-hide_banner", "-v", "error", "-xerror", "-threads", "1",
        .. container == AudioContainer.Flac ? RefuseDamagedFrames : [],
        "-protocol_whitelist", "pipe", "-codec_whitelist", AcceptedCodecs, "-f", Demuxer(container), "-i", "pipe:0",
        "-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1",
        "-t", maxOutput.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture),
        "-c:a", "pcm_f32be", "-f", "au", "pipe:1",
    ];

    private static string Demuxer(AudioContainer container) => container switch
    {
        AudioContainer.Flac => "flac",
        AudioContainer.Ogg => "ogg",
        AudioContainer.Mp3 => "mp3",
        _ => throw new ArgumentOutOfRangeException(nameof(container), container, "Not a compressed format."),
    };

    private static async Task FeedAsync(Stream input, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await using (input) await input.WriteAsync(bytes);
        }
        catch (IOException)
        {
            // The process ended before it read everything, by its own choice or by ours; its exit status tells which.
        }
    }

    private static async Task<string> ReadTailAsync(StreamReader reader)
    {
        var tail = new StringBuilder();
        var piece = new char[KeptErrorCharacters];
        for (int read; (read = await reader.ReadAsync(piece)) > 0;)
        {
            tail.Append(piece, 0, read);
            if (tail.Length > KeptErrorCharacters) tail.Remove(0, tail.Length - KeptErrorCharacters);
        }

        return tail.ToString();
    }
}
