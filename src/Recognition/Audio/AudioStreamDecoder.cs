using System.Buffers;

namespace Attune.Recognition.Audio;

/// <summary>Decodes audio that arrives in pieces of any size to the samples that a model hears.</summary>
/// <remarks>
/// How the bytes are cut into pieces does not matter: what a piece leaves of a frame waits for the next one. Samples come a few
/// milliseconds late where rates differ, since a filter looks ahead. Not thread-safe. Holds at most one frame, or a WAV file's header.
/// </remarks>
public sealed class AudioStreamDecoder
{
    /// <summary>Longest header of a WAV file that is waited for.</summary>
    private const int MaxHeaderBytes = 1 << 16;

    /// <summary>Bytes that tell a WAV file.</summary>
    private const int RiffBytes = 12;

    private readonly PcmFormat? _stated;
    private readonly Func<PcmFormat, FrameConverter> _open;
    private PcmFormat? _format;
    private FrameConverter? _converter;

    /// <summary>Bytes of an incomplete frame, or of an incomplete header.</summary>
    private byte[] _held = [];
    private int _heldBytes;

    /// <summary>Bytes of samples that a WAV file still has; what follows them is no audio.</summary>
    private long _remaining = long.MaxValue;

    /// <param name="format">Form of headerless samples; null for a WAV file.</param>
    /// <param name="acceptWavHeader">Whether headerless samples may turn out to have a header.</param>
    /// <param name="open">Makes the converter once the form is known.</param>
    internal AudioStreamDecoder(PcmFormat? format, bool acceptWavHeader, Func<PcmFormat, FrameConverter> open)
    {
        _stated = format;
        _open = open;
        if (format is not null && !acceptWavHeader) Begin(format);
    }

    /// <summary>Length of the whole frames taken so far.</summary>
    public TimeSpan Duration =>
        _converter is null ? TimeSpan.Zero : TimeSpan.FromSeconds((double)_converter.Frames / _format!.SampleRateHz);

    /// <summary>Takes the next bytes and writes the samples that they complete.</summary>
    /// <exception cref="AudioException">
    /// <see cref="AudioError.NotFinite"/>, <see cref="AudioError.Corrupt"/>; for a WAV file also <see cref="AudioError.UnsupportedFormat"/>,
    /// <see cref="AudioError.UnsupportedEncoding"/>, <see cref="AudioError.UnsupportedSampleRate"/>.
    /// </exception>
    public void Append(ReadOnlySpan<byte> bytes, IBufferWriter<float> output, CancellationToken cancellationToken)
    {
        if (_converter is null)
        {
            Hold(bytes);
            if (!TryBegin(out var samples)) return;
            bytes = samples;
        }

        if (bytes.Length > _remaining) bytes = bytes[..(int)_remaining];
        if (_remaining != long.MaxValue) _remaining -= bytes.Length;
        AppendFrames(_converter!, bytes, output, cancellationToken);
    }

    /// <summary>Writes what remains. Call once, after the last piece.</summary>
    /// <exception cref="AudioException"><see cref="AudioError.Truncated"/>: the bytes ended inside a frame, or inside a header.</exception>
    public void Finish(IBufferWriter<float> output)
    {
        if (_converter is null && _heldBytes == 0) return;
        if (_converter is null && _stated is not null && !MayBeWav(_held.AsSpan(0, _heldBytes)))
        {
            var samples = _held.AsSpan(0, _heldBytes);
            Begin(_stated);
            AppendFrames(_converter!, samples, output, CancellationToken.None);
        }

        if (_converter is null)
            throw new AudioException(AudioError.Truncated, "The WAV file must be complete, but it ends inside its header. Send the whole file.");

        _converter.Finish(output);
        if (_heldBytes == 0) return;
        throw new AudioException(
            AudioError.Truncated,
            $"Audio must end with a whole frame of {_format!.FrameBytes} bytes; the last one has {_heldBytes}. Check the encoding and the "
            + "channels, and that everything was sent.");
    }

    private void Begin(PcmFormat format)
    {
        _format = format;
        _converter = _open(format);
        _held = new byte[format.FrameBytes];
        _heldBytes = 0;
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        if (_held.Length < _heldBytes + bytes.Length) Array.Resize(ref _held, Math.Max(2 * _held.Length, _heldBytes + bytes.Length));
        bytes.CopyTo(_held.AsSpan(_heldBytes));
        _heldBytes += bytes.Length;
    }

    /// <summary>Begins once it is known with what: samples of the stated form, or a WAV file.</summary>
    private bool TryBegin(out ReadOnlySpan<byte> samples)
    {
        var held = _held.AsSpan(0, _heldBytes);
        if (_stated is null || (held.Length >= RiffBytes && MayBeWav(held))) return TryReadHeader(out samples);
        samples = held;
        if (MayBeWav(held)) return false;
        Begin(_stated);
        return true;
    }

    /// <summary>Whether bytes are, so far as they go, the beginning of a WAV file.</summary>
    private static bool MayBeWav(ReadOnlySpan<byte> bytes) =>
        "RIFF"u8.StartsWith(bytes[..Math.Min(4, bytes.Length)])
        && (bytes.Length <= 8 || "WAVE"u8.StartsWith(bytes[8..Math.Min(RiffBytes, bytes.Length)]));

    /// <summary>Begins with the samples once the header is whole.</summary>
    private bool TryReadHeader(out ReadOnlySpan<byte> samples)
    {
        samples = default;
        var held = _held.AsSpan(0, _heldBytes);
        if (held.Length < 4) return false;
        if (ContainerSniffer.Detect(held) != AudioContainer.Wav)
        {
            throw new AudioException(
                AudioError.UnsupportedFormat,
                "A stream must be headerless audio with its encoding stated, or a WAV file; it begins like a compressed file. Decode it first.");
        }

        if (WavReader.FindHeader(held, out var missing) is not { } header)
        {
            if (held.Length <= MaxHeaderBytes) return false;
            throw new AudioException(
                AudioError.Corrupt, $"A WAV file's samples must begin within {MaxHeaderBytes:N0} bytes, but {missing}. Write the file anew.");
        }

        samples = held[header.DataOffset..];
        if (!header.MayBeUnknown) _remaining = header.DataBytes;
        Begin(header.Format);
        return true;
    }

    private void AppendFrames(FrameConverter converter, ReadOnlySpan<byte> bytes, IBufferWriter<float> output, CancellationToken cancellationToken)
    {
        if (_heldBytes > 0)
        {
            var wanted = Math.Min(_held.Length - _heldBytes, bytes.Length);
            bytes[..wanted].CopyTo(_held.AsSpan(_heldBytes));
            _heldBytes += wanted;
            bytes = bytes[wanted..];
            if (_heldBytes < _held.Length) return;
            converter.Append(_held, output, cancellationToken);
            _heldBytes = 0;
        }

        var whole = bytes.Length - (bytes.Length % _held.Length);
        converter.Append(bytes[..whole], output, cancellationToken);
        bytes[whole..].CopyTo(_held);
        _heldBytes = bytes.Length - whole;
    }
}
