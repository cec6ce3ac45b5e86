using System.Globalization;

namespace Attune.Fuzzing;

/// <summary>Pieces of runs, collected in a file over as many sittings as it takes.</summary>
/// <param name="path">CSV file; it need not exist.</param>
internal sealed class FuzzResults(string path)
{
    private const string TableHead =
        """
        | parser | seeds | seconds | executions | outcomes | findings | slowest, ms | most allocated, KB |
        |---|---|---|---|---|---|---|---|
        """;

    /// <summary>All pieces so far, in the order in which they were run.</summary>
    public IReadOnlyList<FuzzPiece> Pieces { get; private set; } = File.Exists(path) ? [.. File.ReadLines(path).Skip(1).Select(FuzzPiece.Parse)] : [];

    /// <summary>Seconds that a parser has run.</summary>
    public double Seconds(string parser) => Of(parser).Sum(piece => piece.Seconds);

    /// <summary>A seed that no piece of a parser had: the same one again would try the same inputs.</summary>
    public int NextSeed(string parser) => Of(parser).Select(piece => piece.Seed).DefaultIfEmpty(0).Max() + 1;

    /// <summary>Adds a piece to the file.</summary>
    public void Add(FuzzPiece piece)
    {
        if (Pieces.Count == 0) File.WriteAllText(path, FuzzPiece.Header + "\n");
        File.AppendAllText(path, $"{piece}\n");
        Pieces = [.. Pieces, piece];
    }

    /// <summary>All pieces as a table of Markdown, one row for each parser.</summary>
    public string ToTable() => string.Join('\n', [TableHead, .. Pieces.GroupBy(piece => piece.Parser).Select(pieces => Row([.. pieces]))]);

    private static string Row(FuzzPiece[] pieces)
    {
        int first = pieces.Min(piece => piece.Seed), last = pieces.Max(piece => piece.Seed);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {pieces[0].Parser} | {(first == last ? $"{first}" : $"{first} to {last}")} | {pieces.Sum(piece => piece.Seconds):0} | {pieces.Sum(piece => piece.Executions)} "
            + $"| {pieces.Max(piece => piece.Outcomes)} | {pieces.Sum(piece => piece.Findings)} | {pieces.Max(piece => piece.Slowest.TotalMilliseconds):0.0} "
            + $"| {pieces.Max(piece => piece.MostAllocatedBytes) / 1024} |");
    }

    private IEnumerable<FuzzPiece> Of(string parser) => Pieces.Where(piece => piece.Parser == parser);
}
