namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>Orders the magnitudes of a vector, or finds the largest of them, without comparing.</summary>
/// <remarks>
/// The bits of a float without its sign order like its magnitude, and so counting them is enough. Time grows with the length, not faster.
/// </remarks>
internal static class MagnitudeOrder
{
    private const int LowerBits = 16;
    private const int DigitBits = 8;

    /// <summary>Positions from the smallest magnitude to the largest, equal ones in order of position.</summary>
    /// <param name="values">The vector.</param>
    /// <param name="order">Receives the positions; as long as the vector.</param>
    /// <param name="scratch">As long as the vector; overwritten.</param>
    /// <remarks>A radix sort, from the lowest digit of eight bits to the highest.</remarks>
    public static void Sort(ReadOnlySpan<float> values, Span<int> order, Span<int> scratch)
    {
        for (var i = 0; i < order.Length; i++) order[i] = i;
        const int Bins = 1 << DigitBits;
        const int Digits = 8 * sizeof(float) / DigitBits; // even, so that what is exchanged after each ends in its place
        Span<int> counts = stackalloc int[Digits * Bins];
        counts.Clear();
        foreach (var value in values)
        {
            for (var digit = 0; digit < Digits; digit++) counts[(digit * Bins) + Digit(value, digit * DigitBits)]++;
        }

        var from = order;
        var to = scratch;
        for (var digit = 0; digit < Digits; digit++)
        {
            var starts = counts.Slice(digit * Bins, Bins);
            for (int bin = 0, sum = 0; bin < Bins; bin++) (starts[bin], sum) = (sum, sum + starts[bin]);
            foreach (var position in from) to[starts[Digit(values[position], digit * DigitBits)]++] = position;
            var full = to;
            to = from;
            from = full;
        }
    }

    /// <summary>The rank that separates the <paramref name="count"/> largest magnitudes from the others.</summary>
    /// <remarks>Of equal magnitudes the earlier counts as larger, so that exactly as many are found as asked for.</remarks>
    public static Cut Largest(ReadOnlySpan<float> values, int count)
    {
        if (count <= 0) return new(uint.MaxValue, 0);
        var counts = new int[1 << LowerBits];
        foreach (var value in values) counts[Bits(value) >> LowerBits]++;
        var (upper, above) = Find(counts, count);
        Array.Clear(counts);
        foreach (var value in values)
        {
            var bits = Bits(value);
            if (bits >> LowerBits == upper) counts[bits & ((1 << LowerBits) - 1)]++;
        }

        var (lower, aboveInUpper) = Find(counts, count - above);
        return new((upper << LowerBits) | lower, count - above - aboveInUpper);
    }

    /// <summary>The highest bin at which a count from above reaches <paramref name="wanted"/>, and how many are above it.</summary>
    private static (uint Bin, int Above) Find(int[] counts, int wanted)
    {
        var above = 0;
        for (var bin = counts.Length - 1; bin >= 0; bin--)
        {
            if (above + counts[bin] >= wanted) return ((uint)bin, above);
            above += counts[bin];
        }

        throw new ArgumentOutOfRangeException(nameof(wanted), wanted, "There are fewer values.");
    }

    private static int Digit(float value, int shift) => (int)(Bits(value) >> shift) & ((1 << DigitBits) - 1);

    private static uint Bits(float value) => BitConverter.SingleToUInt32Bits(value) & 0x7FFF_FFFF;

    /// <summary>Tells the largest magnitudes from the others, one value after the other in order.</summary>
    /// <param name="bits">Magnitude at the cut.</param>
    /// <param name="atCut">How many of exactly that magnitude belong to the largest.</param>
    internal struct Cut(uint bits, int atCut)
    {
        private int _left = atCut;

        /// <summary>Whether the next value is among the largest.</summary>
        public bool Contains(float value)
        {
            var magnitude = Bits(value);
            return magnitude == bits ? _left-- > 0 : magnitude > bits;
        }
    }
}
