namespace Attune.Adaptation.Tests.Checkpoints.Merging;

/// <summary>Vectors that agree to within rounding.</summary>
internal static class Approximately
{
    /// <summary>Each value within 1e-6, absolute or relative.</summary>
    public static void Equal(IReadOnlyList<double> expected, IReadOnlyList<float> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            var tolerance = 1e-6 * Math.Max(1, Math.Abs(expected[i]));
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"At {i}: expected {expected[i]}, given {actual[i]}.");
        }
    }

    /// <inheritdoc cref="Equal(IReadOnlyList{double}, IReadOnlyList{float})"/>
    public static void Equal(IReadOnlyList<float> expected, IReadOnlyList<float> actual) => Equal([.. expected.Select(value => (double)value)], actual);
}
