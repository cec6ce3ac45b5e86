using System.Buffers;

namespace Attune.Recognition.Audio;

/// <summary>Changes the sample rate of one signal that arrives in pieces.</summary>
/// <remarks>
/// Band-limited, without delay (output sample n lies at n * input rate / output rate), gain 1 at 0 Hz. n input samples give
/// ceil(n * output rate / input rate). Outside of the signal there is silence, so the first and last few milliseconds fade.
/// Equal rates copy. How the signal is cut into pieces does not matter. Holds a few thousand samples. Not thread-safe.
/// </remarks>
public sealed class Resampler
{
    private const int MaxPiece = 16384;

    private readonly ResamplingKernel? _kernel;
    private readonly float[] _buffer;
    private int _buffered;

    /// <summary>Index of the input sample in <c>_buffer[0]</c>; starts below 0, in the silence before the signal.</summary>
    private long _bufferStart;
    private long _inputs;
    private long _outputs;

    /// <param name="inputRateHz">Rate of the samples given, 1 to 384,000 Hz.</param>
    /// <param name="outputRateHz">Rate of the samples wanted, 1 to 384,000 Hz.</param>
    /// <exception cref="ArgumentOutOfRangeException">A rate is out of range.</exception>
    public Resampler(int inputRateHz, int outputRateHz)
        : this(CreateKernel(inputRateHz, outputRateHz))
    {
    }

    /// <param name="kernel">Filter to use, which may be shared; null to copy.</param>
    internal Resampler(ResamplingKernel? kernel)
    {
        _kernel = kernel;
        _buffer = kernel is null ? [] : new float[kernel.Taps + kernel.Step + MaxPiece];
        _buffered = kernel is null ? 0 : kernel.HalfTaps - 1;
        _bufferStart = -_buffered;
    }

    /// <summary>Converts a whole signal.</summary>
    /// <returns>A new array of ceil(n * output rate / input rate) samples.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A rate is outside 1 to 384,000 Hz.</exception>
    public static float[] Resample(ReadOnlySpan<float> samples, int inputRateHz, int outputRateHz)
    {
        var resampler = new Resampler(inputRateHz, outputRateHz);
        var output = new ArrayBufferWriter<float>(Math.Max(1, (int)OutputLength(samples.Length, inputRateHz, outputRateHz)));
        resampler.Push(samples, output);
        resampler.Finish(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Takes the next piece of the signal and writes what it completes.</summary>
    public void Push(ReadOnlySpan<float> samples, IBufferWriter<float> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        _inputs += samples.Length;
        if (_kernel is null)
        {
            output.Write(samples);
            return;
        }

        for (; samples.Length > 0; samples = samples[Math.Min(MaxPiece, samples.Length)..])
            PushPiece(_kernel, samples[..Math.Min(MaxPiece, samples.Length)], long.MaxValue, output);
    }

    /// <summary>Writes what remains. Call once, after the last piece.</summary>
    public void Finish(IBufferWriter<float> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (_kernel is null) return;
        var total = OutputLength(_inputs, _kernel.Step, _kernel.Phases);
        var silence = new float[MaxPiece];
        while (_outputs < total) PushPiece(_kernel, silence, total, output);
    }

    private static long OutputLength(long samples, int inputRateHz, int outputRateHz) =>
        ((samples * outputRateHz) + inputRateHz - 1) / inputRateHz;

    private static ResamplingKernel? CreateKernel(int inputRateHz, int outputRateHz)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputRateHz);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inputRateHz, RawAudioFormat.MaxSampleRateHz);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputRateHz);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(outputRateHz, RawAudioFormat.MaxSampleRateHz);
        return inputRateHz == outputRateHz ? null : new ResamplingKernel(inputRateHz, outputRateHz);
    }

    private void PushPiece(ResamplingKernel kernel, ReadOnlySpan<float> piece, long maxOutputs, IBufferWriter<float> output)
    {
        piece.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += piece.Length;

        while (_outputs < maxOutputs)
        {
            var position = Math.DivRem(_outputs * kernel.Step, kernel.Phases, out var phase);
            var start = WindowStart(kernel, position);
            if (start + kernel.Taps > _buffered) break;
            output.GetSpan(1)[0] = kernel.Apply(_buffer.AsSpan(start, kernel.Taps), (int)phase);
            output.Advance(1);
            _outputs++;
        }

        // What lies before the next output sample's window is never read again.
        var used = Math.Min(_buffered, WindowStart(kernel, _outputs * kernel.Step / kernel.Phases));
        _buffer.AsSpan(used.._buffered).CopyTo(_buffer);
        _buffered -= used;
        _bufferStart += used;
    }

    private int WindowStart(ResamplingKernel kernel, long position) => (int)(position - kernel.HalfTaps + 1 - _bufferStart);
}
