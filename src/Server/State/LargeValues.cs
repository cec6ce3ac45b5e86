using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace Attune.Server.State;

/// <summary>Values that may be large: audio and weights. Small ones lie under their key; what lies there of a large one says where it is.</summary>
/// <remarks>
/// <para>In Redis a large value lies in pieces of <see cref="PieceBytes"/> under <c>KEY:1</c> and so on, and its key holds <c>pieces:N</c>: Redis refuses strings of more than 512 MB, which all
/// parameters of a model with their moments soon are. A store in the process leaves them to the file system: its folder <c>values</c> has a file for each, and the key holds
/// <c>file:NAME</c>. Garnet would keep them in memory, write each of them several times, and is at its worst when its log outgrows memory.</para>
/// <para>The key comes last, so that whoever finds it finds the value. A file that expires has its time in its name, and is deleted within <see cref="LargeValueSweeper.Interval"/> of it;
/// files that no key names any more, of a server that was killed, are deleted at the next start.</para>
/// <para>Thread-safe. All methods throw <see cref="StateUnavailableException"/>.</para>
/// </remarks>
/// <param name="connection">The store.</param>
/// <param name="isMigrating">Whether they are used to bring the store to the format that all others wait for.</param>
internal sealed partial class LargeValues(StateConnection connection, bool isMigrating = false)
{
    /// <summary>Largest value under a key of Redis, and bytes of a piece: 1 MiB.</summary>
    public const int PieceBytes = 1 << 20;

    /// <summary>Largest value under a key of a store in the process: 4 KiB.</summary>
    public const int InlineBytes = 1 << 12;

    private const string PiecesMark = "pieces:", FileMark = "file:";

    /// <summary>Longest content of a key whose value lies elsewhere.</summary>
    public const int LongestMark = 60;

    /// <summary>Stores a value that expires.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="bytes">The value.</param>
    /// <param name="expiry">Time after which it is gone.</param>
    /// <param name="mayStay">Whether the key may be made to stay, so that what it names must not expire by itself.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task WriteAsync(RedisKey key, byte[] bytes, TimeSpan expiry, bool mayStay, CancellationToken cancellationToken)
    {
        RedisValue content = bytes;
        if (connection.ValuesFolder is { } folder)
        {
            if (bytes.Length > InlineBytes) content = await WriteFileAsync(folder, bytes, mayStay ? null : expiry, cancellationToken);
        }
        else if (bytes.Length > PieceBytes)
        {
            content = await WritePiecesAsync(key, bytes, expiry, cancellationToken);
        }

        await WriteAsync(database => database.StringSetAsync(key, content, expiry), cancellationToken);
    }

    /// <summary>Reads a value; null if it or a part of it is gone.</summary>
    public async Task<byte[]?> ReadAsync(RedisKey key, CancellationToken cancellationToken)
    {
        var value = (byte[]?)await RunAsync(database => database.StringGetAsync(key), cancellationToken);
        var mark = MarkIn(value);
        if (FileIn(mark) is { } file) return await ReadFileAsync(file, cancellationToken);
        return CountIn(mark) is var count and > 0 ? await ReadPiecesAsync(key, count, cancellationToken) : value;
    }

    /// <summary>Puts a value where one of its size belongs, if an older version put it elsewhere. It keeps its expiry.</summary>
    /// <returns>Whether it was moved.</returns>
    public async Task<bool> TryMoveAsync(RedisKey key, CancellationToken cancellationToken)
    {
        var value = (byte[]?)await RunAsync(database => database.StringGetAsync(key), cancellationToken);
        if (value is null) return false;
        var (mark, folder) = (MarkIn(value), connection.ValuesFolder);
        var count = CountIn(mark);
        var isInPlace = folder is null ? count > 0 || value.Length <= PieceBytes : FileIn(mark) is not null || (count == 0 && value.Length <= InlineBytes);
        if (isInPlace || (count > 0 ? await ReadPiecesAsync(key, count, cancellationToken) : value) is not { } bytes) return false;

        var expiry = await RunAsync(database => database.KeyTimeToLiveAsync(key), cancellationToken);
        var content = folder is null ? await WritePiecesAsync(key, bytes, expiry is { } left ? left : Expiration.Default, cancellationToken) : await WriteFileAsync(folder, bytes, expiry, cancellationToken);
        await RunAsync(database => database.StringSetAsync(key, content, Expiration.KeepTtl, ValueCondition.Exists), cancellationToken);
        if (count > 0) await RunAsync(database => database.KeyDeleteAsync([.. Pieces(key, count)]), cancellationToken);
        return true;
    }

    /// <summary>Names of the pieces of a value; none if it lies under its key, in a file, or nowhere.</summary>
    public async Task<IReadOnlyList<RedisKey>> PiecesAsync(RedisKey key, CancellationToken cancellationToken) => Pieces(key, CountIn(await MarkAsync(key, cancellationToken)));

    /// <summary>Deletes values with everything that belongs to them.</summary>
    public async Task DeleteAsync(IEnumerable<RedisKey> keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
        {
            var mark = await MarkAsync(key, cancellationToken);
            await RunAsync(database => database.KeyDeleteAsync([key, .. Pieces(key, CountIn(mark))]), cancellationToken);
            if (FileIn(mark) is { } file) File.Delete(file);
        }
    }

    /// <summary>Key of a piece, from 1.</summary>
    public static RedisKey Piece(RedisKey key, int number) => key.Append(string.Create(CultureInfo.InvariantCulture, $":{number}"));

    /// <summary>Deletes those files that are named by none of the given contents of keys.</summary>
    public static void Sweep(IEnumerable<string> files, IEnumerable<string> contents)
    {
        var named = contents.Where(content => content.StartsWith(FileMark, StringComparison.Ordinal)).Select(content => content[FileMark.Length..]).ToHashSet(StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (!named.Contains(Path.GetFileName(file))) File.Delete(file);
        }
    }

    /// <summary>Deletes the files whose time has come.</summary>
    public static void DeleteExpired(string folder, DateTimeOffset now)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*-*"))
        {
            var name = Path.GetFileName(file);
            if (long.TryParse(name.AsSpan(0, name.IndexOf('-', StringComparison.Ordinal)), NumberStyles.None, CultureInfo.InvariantCulture, out var time) && time <= now.ToUnixTimeSeconds())
                File.Delete(file);
        }
    }

    private static List<RedisKey> Pieces(RedisKey key, int count) => [.. Enumerable.Range(1, count).Select(i => Piece(key, i))];

    private async Task<string> WritePiecesAsync(RedisKey key, byte[] bytes, Expiration expiry, CancellationToken cancellationToken)
    {
        var pieces = Pieces(key, (bytes.Length + PieceBytes - 1) / PieceBytes);
        for (var i = 0; i < pieces.Count; i++)
        {
            var (name, piece) = (pieces[i], bytes.AsMemory(i * PieceBytes, Math.Min(PieceBytes, bytes.Length - (i * PieceBytes))));
            await WriteAsync(database => database.StringSetAsync(name, piece, expiry), cancellationToken);
        }

        return PiecesMark + pieces.Count.ToString(CultureInfo.InvariantCulture);
    }

    private async Task<byte[]?> ReadPiecesAsync(RedisKey key, int count, CancellationToken cancellationToken)
    {
        using var whole = new MemoryStream();
        foreach (var name in Pieces(key, count))
        {
            if ((byte[]?)await RunAsync(database => database.StringGetAsync(name), cancellationToken) is not { } piece) return null;
            whole.Write(piece);
        }

        return whole.ToArray();
    }

    private async Task<string> WriteFileAsync(string folder, byte[] bytes, TimeSpan? expiry, CancellationToken cancellationToken)
    {
        connection.RequireRoom();
        var name = Guid.NewGuid().ToString("N");
        if (expiry is { } time) name = string.Create(CultureInfo.InvariantCulture, $"{(connection.Now + time).ToUnixTimeSeconds()}-{name}");
        var path = Path.Combine(folder, name);
        try
        {
            await using var stream = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            await stream.WriteAsync(bytes, cancellationToken);
            stream.Flush(flushToDisk: true);
            return FileMark + name;
        }
        catch (IOException exception)
        {
            File.Delete(path);
            throw new StateUnavailableException(exception); // a full disk
        }
    }

    private static async Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException exception)
        {
            throw new StateUnavailableException(exception);
        }
    }

    private Task<T> RunAsync<T>(Func<IDatabase, Task<T>> operation, CancellationToken cancellationToken) =>
        isMigrating ? connection.ReachAsync(operation, cancellationToken) : connection.RunAsync(operation, cancellationToken);

    private Task<bool> WriteAsync(Func<IDatabase, Task<bool>> operation, CancellationToken cancellationToken)
    {
        connection.RequireRoom();
        return RunAsync(operation, cancellationToken);
    }

    private async Task<string> MarkAsync(RedisKey key, CancellationToken cancellationToken) =>
        MarkIn(await RunAsync(database => database.StringGetRangeAsync(key, 0, LongestMark), cancellationToken));

    /// <summary>The content of a key if it says where a value is; else empty.</summary>
    private static string MarkIn(byte[]? value) => value is { Length: > 0 and <= LongestMark } ? Encoding.Latin1.GetString(value) : "";

    private static int CountIn(string mark) =>
        mark.StartsWith(PiecesMark, StringComparison.Ordinal) && int.TryParse(mark.AsSpan(PiecesMark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : 0;

    private string? FileIn(string mark) =>
        mark.StartsWith(FileMark, StringComparison.Ordinal) && FileName().IsMatch(mark[FileMark.Length..]) && connection.ValuesFolder is { } folder
            ? Path.Combine(folder, mark[FileMark.Length..])
            : null;

    [GeneratedRegex("^([0-9]+-)?[0-9a-f]{32}$")]
    private static partial Regex FileName();
}
