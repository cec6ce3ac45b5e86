using System.Globalization;

namespace Attune.Fuzzing;

/// <summary>One run of one parser: a line of the file that pieces of longer runs are collected in.</summary>
/// <param name="Parser">Its name.</param>
/// <param name="Seed">Of the changes.</param>
/// <param name="Seconds">How long it ran.</param>
/// <param name="Executions">Inputs parsed.</param>
/// <param name="Outcomes">Different outcomes seen.</param>
/// <param name="Findings">Different problems seen.</param>
/// <param name="Slowest">Longest time that an input took.</param>
/// <param name="MostAllocatedBytes">Most bytes that an input allocated.</param>
internal sealed record FuzzPiece(string Parser, int Seed, double Seconds, long Executions, int Outcomes, int Findings, TimeSpan Slowest, long MostAllocatedBytes)
{
    /// <summary>Names of the columns.</summary>
    public const string Header = "parser,seed,seconds,executions,outcomes,findings,slowest_ms,most_allocated_bytes";

    /// <exception cref="FormatException">It is no such line.</exception>
    public static FuzzPiece Parse(string line)
    {
        var culture = CultureInfo.InvariantCulture;
        return line.Split(',') is [var parser, var seed, var seconds, var executions, var outcomes, var findings, var slowest, var allocated]
            ? new(
                parser,
                int.Parse(seed, culture),
                double.Parse(seconds, culture),
                long.Parse(executions, culture),
                int.Parse(outcomes, culture),
                int.Parse(findings, culture),
                TimeSpan.FromMilliseconds(double.Parse(slowest, culture)),
                long.Parse(allocated, culture))
            : throw new FormatException($"A line must have the columns {Header}. Given: {line}");
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Parser},{Seed},{Seconds:0.###},{Executions},{Outcomes},{Findings},{Slowest.TotalMilliseconds:0.###},{MostAllocatedBytes}");
}
