using System.Globalization;
using Attune.Recognition.Models;
using StackExchange.Redis;

namespace Attune.Server.State;

/// <summary>Where the number of the format is: a key in Redis, a file in the folder of a store in a process of this machine.</summary>
/// <param name="connection">The store.</param>
/// <param name="folder">The folder; null for Redis.</param>
internal sealed class StateFormatPlace(StateConnection connection, string? folder)
{
    private const string FileName = "format";

    /// <summary>Whether several servers use the store.</summary>
    public bool IsShared => folder is null;

    /// <summary>The number in a folder.</summary>
    /// <exception cref="StateFormatException">It is no number, or a newer one.</exception>
    public static int ReadIn(string folder)
    {
        var file = Path.Combine(folder, FileName);
        return StateFormat.Parse(File.Exists(file) ? File.ReadAllText(file) : null, folder);
    }

    /// <summary>The number.</summary>
    /// <exception cref="StateFormatException">It is no number, or a newer one.</exception>
    /// <exception cref="StateUnavailableException">The store cannot be reached.</exception>
    public async Task<int> ReadAsync(CancellationToken cancellationToken) => folder is not null
        ? ReadIn(folder)
        : StateFormat.Parse(await connection.ReachAsync(database => database.StringGetAsync(RedisKeys.Format), cancellationToken), "the Redis of State:Redis");

    /// <summary>Writes <see cref="StateFormat.Current"/> and gives back the lease.</summary>
    /// <param name="token">Of the lease.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False if another server has the lease by now.</returns>
    /// <exception cref="StateUnavailableException">The store cannot be reached, or its disk is full.</exception>
    public async Task<bool> TryWriteAsync(RedisValue token, CancellationToken cancellationToken)
    {
        if (folder is not null) return WriteFile(folder);
        return (long)await connection.ReachAsync(
            database => database.ScriptEvaluateAsync(StateScripts.EndMigration, [RedisKeys.Migration, RedisKeys.Format], [token, StateFormat.Current]),
            cancellationToken) == 1;
    }

    private static bool WriteFile(string folder)
    {
        try
        {
            DurableFile.WriteText(Path.Combine(folder, FileName), StateFormat.Current.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (IOException exception)
        {
            throw new StateUnavailableException(exception);
        }
    }
}
