using System.Numerics.Tensors;

namespace Attune.Adaptation.Training;

/// <summary>Kernels for a first convolution that start it as a spectrogram: mel-spaced bands in four phases each.</summary>
/// <remarks>
/// Gabor (1946) functions: a cosine under a Hann window, whose length is that of the ear's resolution at its frequency (equivalent
/// rectangular bandwidth, Glasberg and Moore 1990), from 10 ms to the kernel's length. Rectified phases a quarter period apart add up
/// to a magnitude, which a convolution on top can learn more easily than the waveform.
/// </remarks>
internal static class GaborBank
{
    /// <summary>Phases of each band, a quarter period apart; channel = 4 band + phase.</summary>
    public const int Phases = 4;

    private const double LowestHz = 80;

    /// <summary>Root mean square that <see cref="Equalize"/> gives each band.</summary>
    private const double BandLevel = 0.03;

    /// <summary>Kernels, row-major, shape (channels, 1, length).</summary>
    /// <param name="channels">A multiple of <see cref="Phases"/>, at least 8.</param>
    /// <param name="length">Samples of a kernel.</param>
    /// <param name="sampleRateHz">Rate of the waveform.</param>
    public static float[] Create(int channels, int length, int sampleRateHz)
    {
        var bands = channels / Phases;
        var (low, high) = (Mel(LowestHz), Mel(0.456 * sampleRateHz));
        var kernels = new float[channels * length];
        for (var band = 0; band < bands; band++)
        {
            var frequency = Hertz(low + ((high - low) * band / (bands - 1)));
            var bandwidth = 24.7 + (0.108 * frequency);
            var width = Math.Clamp(1.44 / bandwidth, 0.010, Math.Max(0.010, (double)length / sampleRateHz));
            for (var phase = 0; phase < Phases; phase++)
                Fill(kernels.AsSpan(((band * Phases) + phase) * length, length), frequency, phase * Math.PI / 2, width, sampleRateHz);
        }

        return kernels;
    }

    /// <summary>Scales each band so that it gives the same level on average over recordings, as a whitening filter would.</summary>
    /// <param name="kernels">Changed in place.</param>
    /// <param name="length">Samples of a kernel.</param>
    /// <param name="stride">Samples between two frames.</param>
    /// <param name="waveforms">Normalised recordings; none leave the kernels as they are.</param>
    public static void Equalize(float[] kernels, int length, int stride, IEnumerable<ReadOnlyMemory<float>> waveforms)
    {
        var power = new double[kernels.Length / length / Phases];
        var frames = 0;
        foreach (var waveform in waveforms)
        {
            for (var start = 0; start + length <= waveform.Length; start += stride, frames++)
            {
                for (var channel = 0; channel < kernels.Length / length; channel++)
                {
                    var value = TensorPrimitives.Dot(kernels.AsSpan(channel * length, length), waveform.Span.Slice(start, length));
                    power[channel / Phases] += value * value / Phases;
                }
            }
        }

        if (frames == 0) return;
        for (var band = 0; band < power.Length; band++)
        {
            var scale = (float)(BandLevel / Math.Max(Math.Sqrt(power[band] / frames), 1e-4));
            var kernelsOfBand = kernels.AsSpan(band * Phases * length, Phases * length);
            TensorPrimitives.Multiply(kernelsOfBand, scale, kernelsOfBand);
        }
    }

    private static void Fill(Span<float> kernel, double frequency, double phase, double width, int sampleRateHz)
    {
        var sum = 0.0;
        for (var i = 0; i < kernel.Length; i++)
        {
            var time = (i - ((kernel.Length - 1) / 2.0)) / sampleRateHz;
            var window = Math.Abs(time) < width / 2 ? 0.5 + (0.5 * Math.Cos(2 * Math.PI * time / width)) : 0;
            kernel[i] = (float)(window * Math.Cos((2 * Math.PI * frequency * time) + phase));
            sum += window;
        }

        TensorPrimitives.Divide(kernel, (float)sum, kernel);
    }

    private static double Mel(double hertz) => 2595 * Math.Log10(1 + (hertz / 700));

    private static double Hertz(double mel) => 700 * (Math.Pow(10, mel / 2595) - 1);
}
