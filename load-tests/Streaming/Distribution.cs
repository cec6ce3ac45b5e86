using System.Globalization;

namespace Attune.Streaming;

/// <summary>Percentiles of measured values.</summary>
internal sealed class Distribution(IEnumerable<double> values)
{
    private readonly double[] _sorted = [.. values.Order()];

    public int Count => _sorted.Length;

    /// <summary>The value below which a share of all is; NaN if there are none.</summary>
    /// <param name="share">From 0 to 1.</param>
    public double At(double share) => Count == 0 ? double.NaN : _sorted[(int)Math.Ceiling(share * (Count - 1))];

    /// <summary>The 50th, 95th and 99th percentile; empty if there are no values.</summary>
    public override string ToString() =>
        Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{At(0.5):0} / {At(0.95):0} / {At(0.99):0}");
}
