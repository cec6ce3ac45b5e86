using System.Globalization;
using ScottPlot.TickGenerators;

namespace Attune.Cli.Evaluation.Pictures;

/// <summary>Ticks of an axis whose coordinates are decimal logarithms.</summary>
internal static class LogarithmicTicks
{
    /// <summary>1, 2 and 5 of each power of ten.</summary>
    /// <param name="low">Lowest coordinate.</param>
    /// <param name="high">Highest coordinate.</param>
    public static NumericManual Between(double low, double high)
    {
        var ticks = new NumericManual();
        for (var power = (int)Math.Floor(low) - 1; power <= high + 1; power++)
        {
            foreach (var digit in new[] { 1, 2, 5 })
            {
                var value = digit * Math.Pow(10, power);
                ticks.AddMajor(Math.Log10(value), value.ToString("0.####", CultureInfo.InvariantCulture));
            }
        }

        return ticks;
    }
}
