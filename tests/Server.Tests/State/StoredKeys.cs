using Attune.Server.State;
using StackExchange.Redis;

namespace Attune.Server.Tests.State;

/// <summary>What a store holds, whatever it is for.</summary>
internal static class StoredKeys
{
    /// <summary>The names of all keys.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(StateConnection connection)
    {
        var keys = new List<string>();
        var cursor = "0";
        do
        {
            var result = (RedisResult[])(await connection.RunAsync(database => database.ExecuteAsync("SCAN", cursor, "COUNT", 1000), TestStore.Token))!;
            cursor = (string)result[0]!;
            keys.AddRange((string[])result[1]!);
        }
        while (cursor != "0");
        return keys;
    }
}
