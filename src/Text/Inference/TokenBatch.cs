namespace Attune.Text.Inference;

/// <summary>Tokens of N texts, padded to the longest. What stands in the padding takes no part in anything.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
public sealed class TokenBatch
{
    private readonly long[] _ids;
    private readonly long[] _types;

    /// <param name="rows">Tokens of each text, at least one each.</param>
    /// <param name="types">Type of each token, for BERT; null for 0 everywhere.</param>
    /// <exception cref="ArgumentException">There is no row, an empty one, or types that do not fit the tokens.</exception>
    public TokenBatch(IReadOnlyList<IReadOnlyList<int>> rows, IReadOnlyList<IReadOnlyList<int>>? types = null)
    {
        if (rows.Count == 0 || rows.Any(row => row.Count == 0)) throw new ArgumentException("A batch needs at least one row, and a row at least one token.", nameof(rows));
        if (types is not null && !types.Select(row => row.Count).SequenceEqual(rows.Select(row => row.Count)))
            throw new ArgumentException("Each token needs a type.", nameof(types));

        Lengths = [.. rows.Select(row => row.Count)];
        Longest = Lengths.Max();
        _ids = Pad(rows, Longest);
        _types = types is null ? new long[_ids.Length] : Pad(types, Longest);
    }

    /// <summary>Texts N.</summary>
    public int Count => Lengths.Count;

    /// <summary>Tokens T of the longest.</summary>
    public int Longest { get; }

    /// <summary>Tokens of each text before padding.</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>Ids, row-major, shape (N, T); 0 in the padding.</summary>
    public ReadOnlyMemory<long> Ids => _ids;

    /// <summary>Types, row-major, shape (N, T); 0 in the padding.</summary>
    public ReadOnlyMemory<long> Types => _types;

    private static long[] Pad(IReadOnlyList<IReadOnlyList<int>> rows, int longest)
    {
        var values = new long[rows.Count * longest];
        for (var row = 0; row < rows.Count; row++)
        {
            for (var i = 0; i < rows[row].Count; i++) values[(row * longest) + i] = rows[row][i];
        }

        return values;
    }
}
