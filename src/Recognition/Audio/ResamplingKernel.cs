using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Attune.Recognition.Audio;

/// <summary>The low-pass filter of one pair of rates: a sinc under a Kaiser window, sampled at every phase that occurs.</summary>
/// <remarks>
/// Let the narrower of the two bands end at 1. The filter passes up to 0.9, is down 6 dB at 0.95 and stops 90 dB from 1 on, so
/// nothing folds back. Window length and shape are Kaiser's formulas (J. F. Kaiser, "Nonrecursive digital filter design using
/// the I0-sinh window function", 1974). Every phase is scaled to sum 1, so that a constant stays one.
/// Rates with a small common divisor have too many phases to keep: then the two nearest of a fixed grid are interpolated, which
/// errs by less than 1e-5 of full scale (-110 dB or so). Immutable and thread-safe.
/// </remarks>
internal sealed class ResamplingKernel
{
    private const double StopbandDb = 90;
    private const double TransitionWidth = 0.1;
    private const double Cutoff = 0.95;

    /// <summary>Largest table kept with one row for each phase: 1 MB of floats.</summary>
    private const int MaxExactTable = 1 << 18;

    /// <summary>Rows per sample of the narrower band when interpolating; linear interpolation then errs by (pi / 1024)^2 / 8.</summary>
    private const int GridPerSample = 1024;

    private readonly float[] _table;
    private readonly int _rows;
    private readonly bool _exact;

    /// <param name="inputRateHz">Rate to convert from, above 0.</param>
    /// <param name="outputRateHz">Rate to convert to, above 0.</param>
    public ResamplingKernel(int inputRateHz, int outputRateHz)
    {
        var divisor = (int)BigInteger.GreatestCommonDivisor(inputRateHz, outputRateHz);
        Step = inputRateHz / divisor;
        Phases = outputRateHz / divisor;

        var band = Math.Min(1, (double)outputRateHz / inputRateHz);
        var halfWidth = (StopbandDb - 7.95) / (2.285 * Math.PI * TransitionWidth) / 2 / band;
        HalfTaps = ((int)Math.Ceiling(halfWidth) + 7) / 8 * 8;
        _exact = (long)Phases * Taps <= MaxExactTable;
        _rows = _exact ? Phases : Math.Max(16, (int)Math.Ceiling(GridPerSample * band));
        _table = new float[(_rows + (_exact ? 0 : 1)) * Taps];
        Fill(Cutoff * band, halfWidth);
    }

    /// <summary>Input samples per <see cref="Phases"/> output samples.</summary>
    public int Step { get; }

    /// <summary>Output samples per <see cref="Step"/> input samples; the number of different positions between two input samples.</summary>
    public int Phases { get; }

    /// <summary>Input samples used on either side of an output sample; a multiple of 8.</summary>
    public int HalfTaps { get; }

    /// <summary>Input samples that make one output sample.</summary>
    public int Taps => 2 * HalfTaps;

    /// <summary>The output sample that lies <paramref name="phase"/> / <see cref="Phases"/> after an input sample.</summary>
    /// <param name="window">
    /// <see cref="Taps"/> input samples, of which the one at <see cref="HalfTaps"/> - 1 is the last at or before the output sample.
    /// </param>
    /// <param name="phase">0 to <see cref="Phases"/> - 1.</param>
    public float Apply(ReadOnlySpan<float> window, int phase)
    {
        if (_exact) return Dot(window, Row(phase));
        var position = (double)phase * _rows / Phases;
        var row = (int)position;
        var weight = (float)(position - row);
        return ((1 - weight) * Dot(window, Row(row))) + (weight * Dot(window, Row(row + 1)));
    }

    private ReadOnlySpan<float> Row(int row) => _table.AsSpan(row * Taps, Taps);

    private void Fill(double cutoff, double halfWidth)
    {
        var beta = 0.1102 * (StopbandDb - 8.7);
        var row = new double[Taps];
        for (var r = 0; r * Taps < _table.Length; r++)
        {
            var sum = 0.0;
            for (var tap = 0; tap < Taps; tap++)
            {
                var distance = ((double)r / _rows) + HalfTaps - 1 - tap;
                row[tap] = Sinc(cutoff * distance) * Kaiser(distance / halfWidth, beta);
                sum += row[tap];
            }

            for (var tap = 0; tap < Taps; tap++) _table[(r * Taps) + tap] = (float)(row[tap] / sum);
        }
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    /// <summary>Kaiser's window without its constant factor, which the scaling to sum 1 removes.</summary>
    private static double Kaiser(double x, double beta) => Math.Abs(x) >= 1 ? 0 : BesselI0(beta * Math.Sqrt(1 - (x * x)));

    /// <summary>Modified Bessel function of order 0: the sum of ((x / 2)^k / k!)^2.</summary>
    private static double BesselI0(double x)
    {
        double sum = 1, term = 1;
        for (var k = 1; term > sum * 1e-12; k++)
        {
            term *= x * x / (4.0 * k * k);
            sum += term;
        }

        return sum;
    }

    /// <summary>Always eight lanes in the same order, so that every machine gives the same bits.</summary>
    private static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var a = MemoryMarshal.Cast<float, Vector256<float>>(left);
        var b = MemoryMarshal.Cast<float, Vector256<float>>(right)[..a.Length];
        Vector256<float> even = default, odd = default;
        for (var i = 0; i + 1 < a.Length; i += 2)
        {
            even += a[i] * b[i];
            odd += a[i + 1] * b[i + 1];
        }

        return Vector256.Sum(even + odd);
    }
}
