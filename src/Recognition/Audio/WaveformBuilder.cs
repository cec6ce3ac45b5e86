using System.Buffers;

namespace Attune.Recognition.Audio;

/// <summary>Converts uncompressed bytes block by block, so that only the result is held whole.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class WaveformBuilder
{
    private readonly PcmFormat _format;
    private readonly FrameConverter _converter;
    private readonly int _sampleRateHz;
    private readonly TimeSpan _maxDuration;
    private readonly ArrayBufferWriter<float> _output = new();

    /// <param name="format">Form of the bytes that will come.</param>
    /// <param name="kernel">Filter from the format's rate to <paramref name="sampleRateHz"/>; null if they are equal.</param>
    /// <param name="sampleRateHz">Rate of the waveform to build.</param>
    /// <param name="maxDuration">Longest audio accepted.</param>
    public WaveformBuilder(PcmFormat format, ResamplingKernel? kernel, int sampleRateHz, TimeSpan maxDuration)
    {
        _format = format;
        _converter = new FrameConverter(format, kernel);
        _sampleRateHz = sampleRateHz;
        _maxDuration = maxDuration;
    }

    /// <summary>Frames taken so far, at the rate of the format.</summary>
    public long Frames => _converter.Frames;

    /// <summary>Takes the next whole frames.</summary>
    /// <exception cref="AudioException">
    /// <see cref="AudioError.TooLong"/>, before any work; <see cref="AudioError.NotFinite"/>; or <see cref="AudioError.Corrupt"/> for an
    /// absurd amplitude.
    /// </exception>
    public void Append(ReadOnlySpan<byte> bytes, CancellationToken cancellationToken)
    {
        RequireDuration(Frames + (bytes.Length / _format.FrameBytes));
        _converter.Append(bytes, _output, cancellationToken);
    }

    /// <summary>The waveform of all frames taken. Call once.</summary>
    /// <exception cref="AudioException"><see cref="AudioError.Empty"/>.</exception>
    public Waveform Build()
    {
        if (Frames == 0)
            throw new AudioException(AudioError.Empty, "The audio must hold at least one sample; it holds none. Check the recording.");
        _converter.Finish(_output);
        return new Waveform(_output.WrittenSpan.ToArray(), _sampleRateHz);
    }

    private void RequireDuration(long frames)
    {
        var duration = (double)frames / _format.SampleRateHz;
        if (duration > _maxDuration.TotalSeconds)
            throw new AudioException(
                AudioError.TooLong,
                $"Audio may last at most {_maxDuration.TotalSeconds:0.###} s; at least {duration:0.###} s were given. Split it.");
    }
}
