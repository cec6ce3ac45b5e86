using System.Text.Json;

namespace Attune.Server.State;

/// <summary>What domains were told of their language, whichever model serves.</summary>
/// <remarks>Thread-safe. All methods throw <see cref="StateUnavailableException"/>.</remarks>
internal sealed class LanguageStore(StateConnection connection)
{
    /// <summary>Stores it in place of what there was.</summary>
    public Task WriteAsync(string domain, StoredLanguage language, CancellationToken cancellationToken) => connection.WriteAsync(
        database => database.StringSetAsync(
            RedisKeys.Language(domain), JsonSerializer.SerializeToUtf8Bytes(language, StateJson.Options), language.Expires - language.Time),
        cancellationToken);

    /// <summary>Reads it; null if there is none, or it cannot be read.</summary>
    public async Task<StoredLanguage?> ReadAsync(string domain, CancellationToken cancellationToken)
    {
        var bytes = (byte[]?)await connection.RunAsync(database => database.StringGetAsync(RedisKeys.Language(domain)), cancellationToken);
        try
        {
            return bytes is null ? null : JsonSerializer.Deserialize<StoredLanguage>(bytes, StateJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Deletes it; false if there was none.</summary>
    public Task<bool> DeleteAsync(string domain, CancellationToken cancellationToken) =>
        connection.RunAsync(database => database.KeyDeleteAsync(RedisKeys.Language(domain)), cancellationToken);
}
