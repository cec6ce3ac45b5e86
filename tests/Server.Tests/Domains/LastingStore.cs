using Attune.Server.Tests.State;

namespace Attune.Server.Tests.Domains;

/// <summary>A store that outlives the servers that use it: a folder for the one in the process, or a Redis.</summary>
internal sealed class LastingStore : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public LastingStore(string kind) => Redis = kind == TestStore.External ? new RedisServer() : null;

    /// <summary>Null for a store in the process.</summary>
    public RedisServer? Redis { get; }

    /// <summary>Folder of a store in the process.</summary>
    public string Folder => _folder.Path;

    /// <summary>Settings of a server that uses it.</summary>
    public string[] Settings => Redis is null ? ["--State:Directory", _folder.Path] : ["--State:Redis", Redis.ConnectionString];

    public void Dispose()
    {
        Redis?.Dispose();
        _folder.Dispose();
    }
}
