using Attune.Adaptation.Buffering;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using Attune.Server.State;
using Microsoft.Extensions.Logging.Abstractions;

namespace Attune.Server.Tests.State;

/// <summary>A store of its own for one test: in the process, or a Redis.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    public const string Embedded = "embedded", External = "redis";

    /// <summary>Utterances of an update.</summary>
    public const int RoundSize = 3;

    private static readonly Lazy<Model> SharedModel = new(() => Model.Open(RepositoryFiles.Model("spoken-numbers-en")));

    private readonly TemporaryFolder _folder = new();
    private readonly string _kind;

    private TestStore(string kind, Action<StateOptions>? configure)
    {
        _kind = kind;
        Redis = kind == External ? new RedisServer() : null;
        Options = new StateOptions { Redis = Redis?.ConnectionString ?? "", Directory = _folder.Path, OperationTimeout = TimeSpan.FromSeconds(2) };
        configure?.Invoke(Options);
        Connection = Connect();
    }

    /// <summary>Both kinds, as the data of a theory.</summary>
    public static TheoryData<string> Kinds => [Embedded, External];

    public static Model Model => SharedModel.Value;

    public StateOptions Options { get; }

    /// <summary>Null for a store in the process.</summary>
    public RedisServer? Redis { get; }

    public StateConnection Connection { get; private set; }

    public ScopeStores Stores => For("top-1");

    public static TestStore Start(string kind, Action<StateOptions>? configure = null) => new(kind, configure);

    /// <summary>What belongs to a parameter set.</summary>
    public ScopeStores For(string parameters) => new(Connection, ScopeOf(parameters), Options, TimeProvider.System);

    /// <summary>Scope of <see cref="Stores"/>.</summary>
    public static StateScope Scope => ScopeOf("top-1");

    /// <summary>Ends the store, Redis as kill -9 does, and starts it again.</summary>
    public async Task RestartAsync()
    {
        await Connection.DisposeAsync();
        Redis?.Kill();
        Redis?.Restart();
        Connection = Connect();
    }

    /// <summary>Ends the test if something hangs.</summary>
    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>An utterance of a tenth of a second.</summary>
    public static StoredUtterance Utterance(string domain, string id)
    {
        var samples = Enumerable.Range(0, 1600).Select(index => MathF.Sin(index * 0.01f)).ToArray();
        var recognition = new RecognitionRecord(
            "model", Model.Sha256, "top-1", 3, 2, 5, 2e-5, false, 1, 1, true, 16000, Adaptation.AdaptationOutcome.Adapted, 0.1 + 0.2, 1.5, 1.25);
        return new StoredUtterance(new BufferedUtterance(id, domain, samples, DateTimeOffset.UnixEpoch.AddDays(20_000), 0, "DRAFT", "FINAL"), recognition);
    }

    /// <summary>Appends utterances with the given ids in order.</summary>
    public async Task AppendAsync(string domain, params string[] ids)
    {
        foreach (var id in ids) await Stores.Utterances.AppendAsync(Utterance(domain, id), learns: true, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        Redis?.Dispose();
        _folder.Dispose();
    }

    public override string ToString() => _kind;

    private static StateScope ScopeOf(string parameters)
    {
        var set = ParameterSet.Parse(parameters);
        return new StateScope(RedisKeys.For(Model, set), Model.Sha256, set, set.In(Model.Layout, Model.Config), RoundSize);
    }

    private StateConnection Connect()
    {
        var connection = new StateConnection(Options, TimeProvider.System, NullLogger.Instance, existing: null);
        connection.StartAsync(mayMigrate: true, Token).GetAwaiter().GetResult();
        return connection;
    }
}
