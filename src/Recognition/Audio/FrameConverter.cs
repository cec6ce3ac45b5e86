using System.Buffers;

namespace Attune.Recognition.Audio;

/// <summary>Decodes, checks, mixes down and resamples uncompressed frames block by block.</summary>
/// <remarks>How the frames are cut into pieces does not matter. Not thread-safe.</remarks>
internal sealed class FrameConverter
{
    /// <summary>Samples of all channels decoded at a time; one frame at least.</summary>
    private const int BlockSamples = 16384;

    /// <summary>2^31, the largest amplitude accepted: integers kept in floats unscaled still pass, and no later sum overflows.</summary>
    private const float MaxAmplitude = 2147483648f;

    private readonly PcmFormat _format;
    private readonly Resampler _resampler;
    private readonly float[] _interleaved;
    private readonly float[] _mono;

    /// <param name="format">Form of the bytes that will come.</param>
    /// <param name="kernel">Filter from the format's rate to the rate wanted; null if they are equal.</param>
    public FrameConverter(PcmFormat format, ResamplingKernel? kernel)
    {
        _format = format;
        _resampler = new Resampler(kernel);
        _mono = new float[Math.Max(1, BlockSamples / format.Channels)];
        _interleaved = new float[_mono.Length * format.Channels];
    }

    /// <summary>Frames taken so far, at the rate of the format.</summary>
    public long Frames { get; private set; }

    /// <summary>Takes the next whole frames and writes the samples that they complete.</summary>
    /// <exception cref="AudioException">
    /// <see cref="AudioError.NotFinite"/>, or <see cref="AudioError.Corrupt"/> for an absurd amplitude.
    /// </exception>
    public void Append(ReadOnlySpan<byte> bytes, IBufferWriter<float> output, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var frames = Math.Min(_mono.Length, bytes.Length / _format.FrameBytes);
            var interleaved = _interleaved.AsSpan(0, frames * _format.Channels);
            SampleDecoder.Decode(_format.Sample, bytes, interleaved);
            RequireAmplitudes(interleaved);
            MixDown(interleaved, _mono.AsSpan(0, frames));
            _resampler.Push(_mono.AsSpan(0, frames), output);
            Frames += frames;
            bytes = bytes[(frames * _format.FrameBytes)..];
        }
    }

    /// <summary>Writes what remains. Call once, after the last frame.</summary>
    public void Finish(IBufferWriter<float> output) => _resampler.Finish(output);

    private void RequireAmplitudes(ReadOnlySpan<float> interleaved)
    {
        for (var i = 0; i < interleaved.Length; i++)
        {
            if (MathF.Abs(interleaved[i]) <= MaxAmplitude) continue;
            var place = $"sample {Frames + (i / _format.Channels)} of channel {i % _format.Channels}";
            throw float.IsFinite(interleaved[i])
                ? new AudioException(
                    AudioError.Corrupt,
                    $"Amplitudes must be at most 2^31, nominally 1; {place} is {interleaved[i]:g4}. Check the encoding that was stated.")
                : new AudioException(
                    AudioError.NotFinite,
                    $"Every sample must be a finite number; {place} is {interleaved[i]}. Repair the recording.");
        }
    }

    private void MixDown(ReadOnlySpan<float> interleaved, Span<float> mono)
    {
        var channels = _format.Channels;
        if (channels == 1)
        {
            interleaved.CopyTo(mono);
            return;
        }

        for (var frame = 0; frame < mono.Length; frame++)
        {
            var sum = 0.0;
            foreach (var sample in interleaved.Slice(frame * channels, channels)) sum += sample;
            mono[frame] = (float)(sum / channels);
        }
    }
}
