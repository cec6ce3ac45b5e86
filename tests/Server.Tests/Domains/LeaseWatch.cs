using Attune.Recognition.Acoustic;
using Attune.Server.State;
using Attune.Server.Tests.State;
using Microsoft.Extensions.Logging.Abstractions;

namespace Attune.Server.Tests.Domains;

/// <summary>Looks at a domain's lease from outside, as nobody but a test does.</summary>
internal sealed class LeaseWatch : IAsyncDisposable
{
    private readonly StateConnection _connection;
    private readonly StackExchange.Redis.RedisKey _lease;
    private readonly ScopeStores _stores;

    private LeaseWatch(StateConnection connection, string domain, string parameters)
    {
        _connection = connection;
        var set = ParameterSet.Parse(parameters);
        var scope = new StateScope(
            RedisKeys.For(TestStore.Model, set), TestStore.Model.Sha256, set, set.In(TestStore.Model.Layout, TestStore.Model.Config), RoundSize: 1);
        _lease = scope.Keys.Lease(domain);
        _stores = new ScopeStores(connection, scope, new StateOptions(), TimeProvider.System);
        _connection.StartAsync(mayMigrate: false, TestStore.Token).GetAwaiter().GetResult();
    }

    public ScopeStores Stores => _stores;

    /// <summary>Watches in a Redis, in the store that a server runs in a folder, or in that which one left there.</summary>
    public static LeaseWatch Open(LastingStore store, string domain, string parameters, bool isServed)
    {
        var options = new StateOptions { Redis = store.Redis?.ConnectionString ?? "", Directory = store.Folder };
        var existing = store.Redis is null && isServed ? EmbeddedStore.EndPointIn(store.Folder) : null;
        return new LeaseWatch(new StateConnection(options, TimeProvider.System, NullLogger.Instance, existing), domain, parameters);
    }

    /// <summary>Waits until somebody has the lease and has kept it once, so that an update is going on.</summary>
    /// <returns>Its token.</returns>
    public async Task<string> KeptAsync()
    {
        var (holder, left) = await ReadAsync();
        while (true)
        {
            var (next, nextLeft) = await ReadAsync();
            if (next is not null && next == holder && nextLeft > left) return next;
            (holder, left) = (next, nextLeft);
        }
    }

    /// <summary>Waits until a holder's lease has run out.</summary>
    /// <returns>Whether nobody kept it meanwhile.</returns>
    public async Task<bool> RunsOutAsync(string holder)
    {
        var last = TimeSpan.MaxValue;
        while (true)
        {
            var (now, left) = await ReadAsync();
            if (now != holder) return true;
            if (left > last) return false;
            last = left;
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task<(string? Holder, TimeSpan Left)> ReadAsync()
    {
        await Task.Delay(5, TestStore.Token);
        var value = await _connection.RunAsync(database => database.StringGetWithExpiryAsync(_lease), TestStore.Token);
        return (value.Value, value.Expiry ?? TimeSpan.Zero);
    }
}
