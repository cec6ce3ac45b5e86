using System.Globalization;
using System.Security.Cryptography;
using Attune.Adaptation.Revisions;
using Attune.Recognition.Acoustic;
using Attune.Server.Configuration;
using Attune.Server.State;
using Attune.Server.Tests.Access;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Attune.Server.Tests.State;

/// <summary>Stores of older and newer versions, and the servers that find them.</summary>
public class StateMigrationTests
{
    public static TheoryData<string> Kinds => TestStore.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task StartAsync_StateWithoutAFormat_IsMigratedAndIsAsItWas(string kind)
    {
        await using var store = TestStore.Start(kind);
        await FillAsync(store);
        await AgeAsync(store);

        await store.RestartAsync();

        await RequireAllAsync(store);
        await RequireInPlaceAsync(store);
        Assert.Equal("1", await FormatAsync(store));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task StartAsync_KilledInTheMiddleOfAMigration_GoesOn(string kind)
    {
        await using var store = TestStore.Start(kind);
        await FillAsync(store);
        await AgeAsync(store, revisions: [2]); // the other one was moved
        if (store.Redis is not null) // whoever was killed still has the lease
            await store.Connection.RunAsync(database => database.StringSetAsync(RedisKeys.Migration, "killed", TimeSpan.FromSeconds(1)), TestStore.Token);
        else
            await File.WriteAllTextAsync(Path.Combine(store.Connection.ValuesFolder!, Guid.NewGuid().ToString("N")), "written, and not yet named", TestStore.Token);

        await store.RestartAsync();

        await RequireAllAsync(store);
        await RequireInPlaceAsync(store);
        if (store.Redis is null)
            while (Directory.GetFiles(store.Connection.ValuesFolder!).Length > 3) await Task.Delay(20, TestStore.Token); // of two revisions and an utterance
        Assert.Equal("1", await FormatAsync(store));
    }

    [Fact]
    public async Task StartAsync_TwoServersAtOnce_MigrateOnce()
    {
        await using var store = TestStore.Start(TestStore.External);
        await FillAsync(store);
        await AgeAsync(store);
        using var logs = new CapturedLogs();
        await using var first = new StateConnection(store.Options, TimeProvider.System, logs.CreateLogger("first"), existing: null);
        await using var second = new StateConnection(store.Options, TimeProvider.System, logs.CreateLogger("second"), existing: null);

        await Task.WhenAll(first.StartAsync(mayMigrate: true, TestStore.Token), second.StartAsync(mayMigrate: true, TestStore.Token));

        Assert.Single(logs.Lines, line => line.Contains("from format 0 to 1; 2 values were moved", StringComparison.Ordinal));
        await RequireAllAsync(store);
        await RequireInPlaceAsync(store);
    }

    [Fact]
    public async Task StartAsync_NewerRedis_IsRefusedAndNotTouched()
    {
        await using var store = TestStore.Start(TestStore.External);
        await FillAsync(store);
        await store.Connection.RunAsync(database => database.StringSetAsync(RedisKeys.Format, "2"), TestStore.Token);
        var before = await DumpAsync(store.Options.Redis);

        await using var connection = new StateConnection(store.Options, TimeProvider.System, NullLogger.Instance, existing: null);
        var exception = await Assert.ThrowsAsync<ConfigurationException>(() => connection.StartAsync(mayMigrate: true, TestStore.Token));

        Assert.Contains("must be at most 1", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Given: 2", exception.Message, StringComparison.Ordinal);
        Assert.Contains("restore a backup", exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, await DumpAsync(store.Options.Redis));
    }

    [Fact]
    public async Task StartAsync_NewerFolder_IsRefusedAndNotTouched()
    {
        using var folder = new TemporaryFolder();
        var options = new StateOptions { Directory = folder.Path };
        await using (var connection = new StateConnection(options, TimeProvider.System, NullLogger.Instance, existing: null))
            await connection.StartAsync(mayMigrate: true, TestStore.Token);
        await File.WriteAllTextAsync(folder.File("format"), "2", TestStore.Token);
        var before = Hashes(folder.Path);

        ConfigurationException exception;
        await using (var connection = new StateConnection(options, TimeProvider.System, NullLogger.Instance, existing: null))
            exception = await Assert.ThrowsAsync<ConfigurationException>(() => connection.StartAsync(mayMigrate: true, TestStore.Token));

        Assert.Contains($"in {folder.Path} must be at most 1", exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, Hashes(folder.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("one")]
    [InlineData("-1")]
    public async Task StartAsync_FormatThatIsNoNumber_IsRefused(string text)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("format"), text, TestStore.Token);
        await using var connection = new StateConnection(new StateOptions { Directory = folder.Path }, TimeProvider.System, NullLogger.Instance, existing: null);

        var exception = await Assert.ThrowsAsync<ConfigurationException>(() => connection.StartAsync(mayMigrate: true, TestStore.Token));

        Assert.Contains($"Given: '{text}'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_RedisThatBecameNewer_IsLeftAlone()
    {
        await using var store = TestStore.Start(TestStore.External);
        await FillAsync(store);
        using var logs = new CapturedLogs();
        var clock = new AdvancingClock();
        await using var connection = new StateConnection(store.Options, clock, logs.CreateLogger("state"), existing: null);
        await connection.StartAsync(mayMigrate: true, TestStore.Token);
        await store.Connection.RunAsync(database => database.StringSetAsync(RedisKeys.Format, "2"), TestStore.Token);

        clock.Advance(TimeSpan.FromSeconds(6));
        var refused = await Assert.ThrowsAsync<StateUnavailableException>(() => connection.RunAsync(database => database.StringGetAsync("key"), TestStore.Token));
        await store.Connection.ReachAsync(database => database.StringSetAsync(RedisKeys.Format, "1"), TestStore.Token); // the newer version was taken back
        await connection.RunAsync(database => database.StringGetAsync("key"), TestStore.Token);

        Assert.IsType<StateFormatException>(refused.InnerException);
        Assert.Single(logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StartAsync_OlderStateToBeReadOnly_IsRefusedAndNotTouched()
    {
        using var folder = new TemporaryFolder();
        var options = new StateOptions { Directory = folder.Path };
        await using (var connection = new StateConnection(options, TimeProvider.System, NullLogger.Instance, existing: null))
            await connection.StartAsync(mayMigrate: true, TestStore.Token);
        File.Delete(folder.File("format"));

        await using var reader = new StateConnection(options, TimeProvider.System, NullLogger.Instance, existing: null);
        var exception = await Assert.ThrowsAsync<ConfigurationException>(() => reader.StartAsync(mayMigrate: false, TestStore.Token));

        Assert.Contains("Given: 0", exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("format")));
    }

    /// <summary>A domain with two revisions larger than a piece, and an utterance that waits.</summary>
    private static async Task FillAsync(TestStore store)
    {
        var stores = store.For("suta");
        await stores.Domains.RegisterAsync(TestStore.Token);
        await stores.Utterances.AppendAsync(TestStore.Utterance("line", "u1"), learns: true, TestStore.Token);
        var state = new AdaptationState(AdaptableParameters.Source(TestStore.Model, stores.Scope.Set));
        foreach (var number in new[] { 1, 2 })
        {
            var head = (await stores.Domains.ReadAsync("line", TestStore.Token))!;
            await stores.Revisions.SaveCandidateAsync(StoresTests.Revision("line", number) with { ParameterSet = "suta", State = state }, fence: 0, TestStore.Token);
            Assert.True(await stores.Domains.TryChangeAsync(head, StoresTests.Update(head, number, fence: null), TestStore.Token));
        }
    }

    /// <summary>Makes of it what the version before formats left: large values under their keys, in the store of a process the second in pieces; no format.</summary>
    private static async Task AgeAsync(TestStore store, params int[] revisions)
    {
        var keys = store.For("suta").Scope.Keys;
        var values = new LargeValues(store.Connection);
        foreach (var number in revisions.Length == 0 ? [1, 2] : revisions)
        {
            var key = keys.Revision("line", number);
            var bytes = (await values.ReadAsync(key, TestStore.Token))!;
            var pieces = (int)Math.Ceiling((double)bytes.Length / LargeValues.PieceBytes);
            await values.DeleteAsync([key], TestStore.Token);
            if (store.Redis is null && number == 2)
            {
                await SetAsync(key, $"pieces:{pieces}");
                for (var i = 0; i < pieces; i++)
                    await SetAsync(LargeValues.Piece(key, i + 1), bytes.AsMemory(i * LargeValues.PieceBytes, Math.Min(LargeValues.PieceBytes, bytes.Length - (i * LargeValues.PieceBytes))));
            }
            else
            {
                await SetAsync(key, bytes);
            }
        }

        if (store.Redis is not null) await store.Connection.RunAsync(database => database.KeyDeleteAsync(RedisKeys.Format), TestStore.Token);
        else File.Delete(Path.Combine(store.Options.Directory, "format"));

        Task SetAsync(RedisKey key, RedisValue value) => store.Connection.RunAsync(database => database.StringSetAsync(key, value), TestStore.Token);
    }

    private static async Task RequireAllAsync(TestStore store)
    {
        var stores = store.For("suta");
        var head = (await stores.Domains.ReadAsync("line", TestStore.Token))!;
        var expected = AdaptableParameters.Source(TestStore.Model, stores.Scope.Set).Values.ToArray();
        Assert.Equal((2L, 1L), (head.Updates, head.Utterances));
        Assert.Equal([2, 1], await stores.Revisions.ListAsync("line", TestStore.Token));
        foreach (var number in new[] { 1, 2 })
            Assert.Equal(expected, (await stores.Revisions.ReadAsync("line", number, TestStore.Token))!.Revision.State.Parameters.Values.ToArray());
        Assert.NotNull(await stores.Utterances.ReadAsync("line", "u1", TestStore.Token));
    }

    /// <summary>Nothing under a key is larger than it may be, and nothing of the old layout is left.</summary>
    private static async Task RequireInPlaceAsync(TestStore store)
    {
        var keys = (await StoredKeys.ReadAsync(store.Connection)).Where(key => key.Contains(":revision:", StringComparison.Ordinal)).ToArray();
        var sizes = await Task.WhenAll(keys.Select(key => store.Connection.RunAsync(database => database.StringLengthAsync(key), TestStore.Token)));
        var expiries = await Task.WhenAll(keys.Select(key => store.Connection.RunAsync(database => database.KeyTimeToLiveAsync(key), TestStore.Token)));
        Assert.Equal(store.Redis is null ? 2 : 2 + (2 * 4), keys.Length); // 3.6 MB: a file, or four pieces
        Assert.All(sizes, size => Assert.InRange(size, 1, store.Redis is null ? LargeValues.InlineBytes : LargeValues.PieceBytes));
        Assert.All(expiries, Assert.Null);
    }

    private static async Task<string?> FormatAsync(TestStore store) => store.Redis is null
        ? await File.ReadAllTextAsync(Path.Combine(store.Options.Directory, "format"), TestStore.Token)
        : await store.Connection.RunAsync(database => database.StringGetAsync(RedisKeys.Format), TestStore.Token);

    /// <summary>Every key of a Redis with its value, as it writes both down.</summary>
    private static async Task<IReadOnlyList<string>> DumpAsync(string redis)
    {
        await using var multiplexer = await ConnectionMultiplexer.ConnectAsync(redis);
        var entries = new List<string>();
        await foreach (var key in multiplexer.GetServers().Single().KeysAsync())
            entries.Add($"{key} {Convert.ToHexString(SHA256.HashData((await multiplexer.GetDatabase().KeyDumpAsync(key))!))}");
        entries.Sort(StringComparer.Ordinal);
        return entries;
    }

    private static IReadOnlyList<string> Hashes(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => string.Create(CultureInfo.InvariantCulture, $"{file} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}")),
    ];
}
