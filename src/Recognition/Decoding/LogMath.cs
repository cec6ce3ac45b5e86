namespace Attune.Recognition.Decoding;

/// <summary>Sums of probabilities that are given as natural logarithms.</summary>
internal static class LogMath
{
    /// <summary>ln(exp a + exp b), without overflow, and exact where one of them is minus infinity.</summary>
    public static double Add(double a, double b)
    {
        var (larger, smaller) = a > b ? (a, b) : (b, a);
        return double.IsNegativeInfinity(smaller) ? larger : larger + double.LogP1(Math.Exp(smaller - larger));
    }
}
