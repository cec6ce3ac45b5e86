using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace Attune.Server.State;

/// <summary>Values that may be large, kept in pieces of a size that every store takes well.</summary>
/// <remarks>
/// A value of up to <see cref="PieceBytes"/> lies under its key. A larger one lies in pieces under <c>KEY:1</c> and so on, and its key holds <c>pieces:N</c>. Redis refuses
/// strings of more than 512 MB, which all parameters of a model with their moments soon are; and the Garnet in the process keeps a value that is larger than its pages take in memory
/// for as long as it runs. Thread-safe. All methods throw <see cref="StateUnavailableException"/>.
/// </remarks>
internal sealed class PiecedValues(StateConnection connection)
{
    /// <summary>Bytes of a piece: 2 MiB.</summary>
    public const int PieceBytes = 1 << 21;

    private const string Mark = "pieces:";

    /// <summary>Longest content of a key whose value lies in pieces.</summary>
    private const int LongestMark = 24;

    /// <summary>Stores a value that expires. The key comes last, so that whoever finds it finds the pieces.</summary>
    public async Task WriteAsync(RedisKey key, byte[] bytes, TimeSpan expiry, CancellationToken cancellationToken)
    {
        if (bytes.Length <= PieceBytes)
        {
            await connection.WriteAsync(database => database.StringSetAsync(key, bytes, expiry), cancellationToken);
            return;
        }

        var count = (bytes.Length + PieceBytes - 1) / PieceBytes;
        for (var i = 0; i < count; i++)
        {
            var piece = bytes.AsMemory(i * PieceBytes, Math.Min(PieceBytes, bytes.Length - (i * PieceBytes)));
            var name = Piece(key, i + 1);
            await connection.WriteAsync(database => database.StringSetAsync(name, piece, expiry), cancellationToken);
        }

        await connection.WriteAsync(database => database.StringSetAsync(key, Mark + count.ToString(CultureInfo.InvariantCulture), expiry), cancellationToken);
    }

    /// <summary>Reads a value; null if it or one of its pieces is gone.</summary>
    public async Task<byte[]?> ReadAsync(RedisKey key, CancellationToken cancellationToken)
    {
        var value = (byte[]?)await connection.RunAsync(database => database.StringGetAsync(key), cancellationToken);
        var pieces = new List<byte[]>();
        for (var i = 1; i <= CountIn(value); i++)
        {
            var name = Piece(key, i);
            if ((byte[]?)await connection.RunAsync(database => database.StringGetAsync(name), cancellationToken) is not { } piece) return null;
            pieces.Add(piece);
        }

        if (pieces.Count == 0) return value;
        var whole = new byte[pieces.Sum(piece => (long)piece.Length)];
        var end = 0;
        foreach (var piece in pieces)
        {
            piece.CopyTo(whole, end);
            end += piece.Length;
        }

        return whole;
    }

    /// <summary>How many pieces a value lies in; 0 if it lies under its key, or is gone.</summary>
    public async Task<int> CountAsync(RedisKey key, CancellationToken cancellationToken) =>
        CountIn(await connection.RunAsync(database => database.StringGetRangeAsync(key, 0, LongestMark), cancellationToken));

    /// <summary>Everything that a value lies under, to be deleted.</summary>
    public async Task<IReadOnlyList<RedisKey>> KeysAsync(RedisKey key, CancellationToken cancellationToken) =>
        [key, .. Enumerable.Range(1, await CountAsync(key, cancellationToken)).Select(i => Piece(key, i))];

    /// <summary>Key of a piece, from 1.</summary>
    public static RedisKey Piece(RedisKey key, int number) => key.Append(string.Create(CultureInfo.InvariantCulture, $":{number}"));

    private static int CountIn(byte[]? value) =>
        value is { Length: <= LongestMark }
        && Encoding.ASCII.GetString(value) is var text
        && text.StartsWith(Mark, StringComparison.Ordinal)
        && int.TryParse(text.AsSpan(Mark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : 0;
}
