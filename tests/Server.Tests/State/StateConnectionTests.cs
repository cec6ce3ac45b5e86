using Attune.Server.Configuration;
using Attune.Server.State;
using Microsoft.Extensions.Logging.Abstractions;

namespace Attune.Server.Tests.State;

public class StateConnectionTests
{
    [Fact]
    public async Task RunAsync_RedisKilled_FailsInBoundedTimeAndRecovers()
    {
        await using var store = TestStore.Start(TestStore.External, options => options.OperationTimeout = TimeSpan.FromMilliseconds(500));
        await store.AppendAsync("line", "u1");
        var restored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Connection.Restored += restored.SetResult;

        store.Redis!.Kill();
        var started = TimeProvider.System.GetTimestamp();
        await Assert.ThrowsAsync<StateUnavailableException>(() => store.Stores.Domains.ReadAsync("line", TestStore.Token));
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        var reachable = store.Connection.IsReachable;
        store.Redis.Restart();
        var head = await EventuallyAsync(() => store.Stores.Domains.ReadAsync("line", TestStore.Token));
        await restored.Task.WaitAsync(TestStore.Token);

        Assert.InRange(elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(6)); // four tries of 0.5 s, and the pauses between them
        Assert.False(reachable);
        Assert.True(store.Connection.IsReachable);
        Assert.Equal(1, head!.Utterances);
    }

    [Fact]
    public async Task RunAsync_NeverReachable_FailsInsteadOfWaiting()
    {
        var options = new StateOptions { Redis = "127.0.0.1:1", OperationTimeout = TimeSpan.FromMilliseconds(200) };
        await using var connection = new StateConnection(options, TimeProvider.System, NullLogger.Instance, existing: null);
        await connection.StartAsync(mayMigrate: true, TestStore.Token);

        await Assert.ThrowsAsync<StateUnavailableException>(
            () => connection.RunAsync(database => database.StringGetAsync("key"), TestStore.Token));
    }

    [Fact]
    public void Constructor_MalformedRedis_NamesTheSettingAndKeepsThePassword()
    {
        var options = new StateOptions { Redis = "redis-1:6379,password=hunter2,nonsense=1" };

        var exception = Assert.Throws<ConfigurationException>(() => new StateConnection(options, TimeProvider.System, NullLogger.Instance, existing: null));

        Assert.Contains("State:Redis", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Constructor_FolderInUse_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var options = new StateOptions { Directory = folder.Path };
        await using var first = new StateConnection(options, TimeProvider.System, NullLogger.Instance, existing: null);

        var exception = Assert.Throws<ConfigurationException>(() => new StateConnection(options, TimeProvider.System, NullLogger.Instance, existing: null));

        Assert.Contains("State:Directory", exception.Message, StringComparison.Ordinal);
        Assert.Contains("another server uses it", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_LongFolder_TellsTheLimit()
    {
        var options = new StateOptions { Directory = "/tmp/" + new string('a', 100) };

        var exception = Assert.Throws<ConfigurationException>(() => new StateConnection(options, TimeProvider.System, NullLogger.Instance, existing: null));

        Assert.Contains("90 bytes", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteAsync_DiskNearlyFull_IsRefusedAndReadingGoesOn()
    {
        await using var store = TestStore.Start(TestStore.Embedded);
        await store.AppendAsync("line", "u1");
        store.Options.MinimumFreeBytes = long.MaxValue;

        await Assert.ThrowsAsync<StateUnavailableException>(() => store.AppendAsync("line", "u2"));
        var head = await store.Stores.Domains.ReadAsync("line", TestStore.Token);
        store.Options.MinimumFreeBytes = 0;
        await store.AppendAsync("line", "u2");

        Assert.Equal(1, head!.Utterances);
        Assert.Equal(2, (await store.Stores.Domains.ReadAsync("line", TestStore.Token))!.Utterances);
    }

    /// <summary>Asks until there is an answer.</summary>
    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (StateUnavailableException)
            {
                TestStore.Token.ThrowIfCancellationRequested();
            }
        }
    }
}
