using System.Collections.Concurrent;

namespace Attune.Recognition.Audio;

/// <summary>From the bytes of a request to the samples that a model hears: the only entry for audio.</summary>
/// <remarks>
/// (1) find out what the bytes are; (2) find the samples, with ffmpeg where they are compressed; then block by block (3) check the
/// duration, (4) decode and check amplitudes, (5) mix channels down to their mean, (6) resample. Thread-safe. Bytes and samples are
/// never logged or stored.
/// </remarks>
public sealed class AudioDecoder(AudioOptions options)
{
    /// <summary>Filters kept for reuse, of a few MB at most. Clients choose the rates, hence a bound; further ones are built anew.</summary>
    private const int MaxKernels = 16;

    private readonly ConcurrentDictionary<(int From, int To), ResamplingKernel> _kernels = [];
    private readonly FfmpegDecoder _ffmpeg = new(options);

    /// <summary>Decodes one recording.</summary>
    /// <param name="bytes">A whole file, or headerless samples. Not to change until the task ends.</param>
    /// <param name="rawFormat">
    /// Form of headerless samples. Null, or <see cref="AudioEncoding.Unspecified"/> in it: the bytes are a file, whose kind is detected
    /// from its content.
    /// </param>
    /// <param name="sampleRateHz">Rate wanted, 1,000 to 384,000 Hz.</param>
    /// <param name="cancellationToken">Stops between blocks, and kills a decoder at work.</param>
    /// <returns>The mean of all channels at the rate wanted. WAV and headerless audio are decoded on the caller's thread.</returns>
    /// <exception cref="AudioException">The audio is refused; <see cref="AudioException.Error"/> tells why.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sampleRateHz"/> is out of range.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<Waveform> DecodeAsync(
        ReadOnlyMemory<byte> bytes, RawAudioFormat? rawFormat, int sampleRateHz, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, RawAudioFormat.MinSampleRateHz);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampleRateHz, RawAudioFormat.MaxSampleRateHz);
        rawFormat?.Validate();
        if (bytes.IsEmpty) throw new AudioException(AudioError.Empty, "Audio must not be empty; 0 bytes were given. Check the recording.");

        if (rawFormat is { Encoding: not AudioEncoding.Unspecified }) return Decode(Raw(bytes, rawFormat), sampleRateHz, cancellationToken);
        var container = ContainerSniffer.Detect(bytes.Span);
        if (container == AudioContainer.Wav) return Decode(WavReader.Read(bytes), sampleRateHz, cancellationToken);
        return await _ffmpeg.DecodeAsync(bytes, container, format => Builder(format, sampleRateHz), cancellationToken);
    }

    /// <summary>Begins to decode audio that arrives in pieces: headerless samples, or a WAV file.</summary>
    /// <param name="rawFormat">As for <see cref="DecodeAsync"/>; without an encoding, only WAV is possible.</param>
    /// <param name="sampleRateHz">Rate wanted, 1,000 to 384,000 Hz.</param>
    /// <param name="acceptWavHeader">Whether a WAV header, if the audio begins with one, outweighs <paramref name="rawFormat"/>.</param>
    /// <returns>A decoder for this audio alone, whose samples are those that <see cref="DecodeAsync"/> gives for the whole of it.</returns>
    /// <exception cref="AudioException">A field of <paramref name="rawFormat"/> is out of range.</exception>
    public AudioStreamDecoder OpenStream(RawAudioFormat? rawFormat, int sampleRateHz, bool acceptWavHeader = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, RawAudioFormat.MinSampleRateHz);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampleRateHz, RawAudioFormat.MaxSampleRateHz);
        rawFormat?.Validate();
        var format = rawFormat is { Encoding: not AudioEncoding.Unspecified } ? Format(rawFormat) : null;
        return new AudioStreamDecoder(format, acceptWavHeader, actual => new FrameConverter(actual, Kernel(actual.SampleRateHz, sampleRateHz)));
    }

    private static PcmFormat Format(RawAudioFormat raw)
    {
        var sample = raw.Encoding switch
        {
            AudioEncoding.Pcm16 => SampleFormat.Pcm16,
            AudioEncoding.Pcm24 => SampleFormat.Pcm24,
            AudioEncoding.Pcm32 => SampleFormat.Pcm32,
            AudioEncoding.Float32 => SampleFormat.Float32,
            AudioEncoding.MuLaw => SampleFormat.MuLaw,
            AudioEncoding.ALaw => SampleFormat.ALaw,
            _ => throw new ArgumentOutOfRangeException(nameof(raw), raw.Encoding, "Not validated."),
        };
        return new PcmFormat(sample, raw.SampleRateHz, raw.Channels);
    }

    private static PcmAudio Raw(ReadOnlyMemory<byte> bytes, RawAudioFormat raw)
    {
        var format = Format(raw);
        if (bytes.Length % format.FrameBytes != 0)
            throw new AudioException(
                AudioError.Truncated,
                $"Headerless audio must be a multiple of {format.FrameBytes} bytes ({raw.Encoding}, {raw.Channels} channels); "
                + $"{bytes.Length:N0} bytes were given. Check the encoding, the channels, and that everything was sent.");
        return new PcmAudio(format, bytes);
    }

    private Waveform Decode(PcmAudio audio, int sampleRateHz, CancellationToken cancellationToken)
    {
        var builder = Builder(audio.Format, sampleRateHz);
        builder.Append(audio.Data.Span, cancellationToken);
        return builder.Build();
    }

    private WaveformBuilder Builder(PcmFormat format, int sampleRateHz) =>
        new(format, Kernel(format.SampleRateHz, sampleRateHz), sampleRateHz, options.MaxDuration);

    private ResamplingKernel? Kernel(int from, int to)
    {
        if (from == to) return null;
        if (_kernels.TryGetValue((from, to), out var known)) return known;
        var kernel = new ResamplingKernel(from, to);
        if (_kernels.Count < MaxKernels) _kernels.TryAdd((from, to), kernel);
        return kernel;
    }
}
