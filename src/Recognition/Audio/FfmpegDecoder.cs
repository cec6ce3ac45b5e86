using System.Text.RegularExpressions;

namespace Attune.Recognition.Audio;

/// <summary>Decodes FLAC, Ogg and MP3 with ffmpeg in a process of its own.</summary>
/// <remarks>
/// Thread-safe: each call starts a process. Samples are checked, mixed down and resampled while they arrive, so a small file
/// that decodes to a huge one costs time, up to the limits, but no memory. An MP3 file cut in its last frame loses that
/// frame silently, since nothing in it says how long it should be.
/// </remarks>
internal sealed partial class FfmpegDecoder(AudioOptions options)
{
    private const int ReadBytes = 1 << 16;
    private const int ShownErrorCharacters = 200;

    /// <summary>Decodes one file.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="container">What it is; not WAV.</param>
    /// <param name="build">Makes the builder once the file's format is known.</param>
    /// <param name="cancellationToken">Kills the process.</param>
    /// <exception cref="AudioException">
    /// Any of <see cref="AudioError.Truncated"/>, <see cref="AudioError.Corrupt"/>, <see cref="AudioError.TooLong"/>,
    /// <see cref="AudioError.NotFinite"/>, <see cref="AudioError.UnsupportedSampleRate"/>, <see cref="AudioError.DecoderMissing"/>,
    /// <see cref="AudioError.DecoderTimedOut"/>, <see cref="AudioError.DecoderFailed"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<Waveform> DecodeAsync(
        ReadOnlyMemory<byte> bytes, AudioContainer container, Func<PcmFormat, WaveformBuilder> build, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (container == AudioContainer.Ogg) OggPages.RequireIntact(bytes.Span);

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.DecoderTimeout);
        await using var process = DecoderProcess.Start(options.FfmpegPath, container, bytes, options.MaxDuration + TimeSpan.FromSeconds(1));
        // Reading a pipe may not heed a token; the end of the process always ends it. The kill is last to be registered and first to go.
        await using var killing = deadline.Token.Register(process.Kill);
        try
        {
            var builder = await ReadAsync(process.Output, build, deadline.Token);
            var (exitCode, errors) = await process.FinishAsync(deadline.Token);
            deadline.Token.ThrowIfCancellationRequested();
            if (exitCode != 0 || builder is null or { Frames: 0 }) throw Damaged(container, exitCode, errors);
            RequireComplete(bytes.Span, container, builder.Frames);
            return builder.Build();
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AudioException(
                AudioError.DecoderTimedOut,
                $"Decoding must end within {options.DecoderTimeout.TotalSeconds:0.###} s (Audio:DecoderTimeout) and did not. "
                + "Send shorter audio, or WAV.",
                exception);
        }
    }

    private static async Task<WaveformBuilder?> ReadAsync(
        Stream output, Func<PcmFormat, WaveformBuilder> build, CancellationToken cancellationToken)
    {
        var format = await AuHeader.ReadAsync(output, cancellationToken);
        if (format is null) return null;
        var builder = build(format);
        var buffer = new byte[ReadBytes];
        var kept = 0;
        for (int read; (read = await output.ReadAsync(buffer.AsMemory(kept), cancellationToken)) > 0;)
        {
            var available = kept + read;
            var whole = available - (available % format.FrameBytes);
            builder.Append(buffer.AsSpan(0, whole), cancellationToken);
            buffer.AsSpan(whole..available).CopyTo(buffer);
            kept = available - whole;
        }

        return builder;
    }

    /// <summary>A FLAC file cut between two of its frames decodes without complaint; its header still knows.</summary>
    private static void RequireComplete(ReadOnlySpan<byte> bytes, AudioContainer container, long frames)
    {
        var declared = container == AudioContainer.Flac ? FlacStreamInfo.TotalFrames(bytes) : 0;
        if (declared > frames)
            throw new AudioException(
                AudioError.Truncated,
                $"The FLAC file must be complete, but it declares {declared:N0} samples and holds {frames:N0}. Send the whole file.");
    }

    private static AudioException Damaged(AudioContainer container, int exitCode, string errors)
    {
        const StringSplitOptions clean = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        var line = errors.Split('\n', clean).LastOrDefault() ?? "no message";
        var said = Unprintable().Replace(Address().Replace(line, string.Empty), "?");
        if (said.Length > ShownErrorCharacters) said = said[..ShownErrorCharacters] + "...";
        return new AudioException(
            AudioError.Corrupt,
            $"The {container} file must decode without error; ffmpeg ended with status {exitCode}: {said}. "
            + "Check that the whole file was sent, or convert it to WAV.");
    }

    /// <summary>Where an object lay in ffmpeg's memory, as in <c>[flac @ 0x55e0]</c>: of no use to anybody.</summary>
    [GeneratedRegex(" @ 0x[0-9a-f]+")]
    private static partial Regex Address();

    [GeneratedRegex(@"[^\x20-\x7E]")]
    private static partial Regex Unprintable();
}
