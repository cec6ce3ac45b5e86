using System.Text.Json;
using Attune.Adaptation.Slow;
using StackExchange.Redis;

namespace Attune.Server.State;

/// <summary>What the store says of a domain, but for its utterances and revisions.</summary>
/// <param name="Domain">The domain's key.</param>
/// <param name="State">What its learning goes on from; names the revision that serves.</param>
/// <param name="Version">Grows with every change of state; 0 before the first.</param>
/// <param name="Frozen">Whether it serves without learning.</param>
/// <remarks>Immutable.</remarks>
internal sealed record DomainHead(string Domain, LearningState State, long Version, bool Frozen)
{
    public DateTimeOffset Created { get; init; }

    /// <summary>Utterances that came.</summary>
    public long Utterances { get; init; }

    /// <summary>Utterances that updates have used.</summary>
    public long Learnt { get; init; }

    /// <summary>Utterances that were given up before an update could use them.</summary>
    public long Dropped { get; init; }

    public long Updates { get; init; }

    public long Refused { get; init; }

    public long Resets { get; init; }

    /// <summary>Reads the hash; null if it is empty.</summary>
    /// <exception cref="JsonException">The state is damaged.</exception>
    public static DomainHead? Parse(string domain, HashEntry[] entries)
    {
        if (entries.Length == 0) return null;
        var fields = entries.ToDictionary(entry => (string)entry.Name!, entry => entry.Value);
        RedisValue Field(string name) => fields.GetValueOrDefault(name, RedisValue.Null);
        var state = Field("state") is { IsNull: false } json
            ? JsonSerializer.Deserialize<LearningState>((string)json!, StateJson.Options)!
            : LearningState.New;
        return new DomainHead(domain, state, (long)Field("version"), Field("frozen") == "1")
        {
            Created = DateTimeOffset.FromUnixTimeMilliseconds((long)Field("created")),
            Utterances = (long)Field("utterances"),
            Learnt = (long)Field("learnt"),
            Dropped = (long)Field("dropped"),
            Updates = (long)Field("updates"),
            Refused = (long)Field("refused"),
            Resets = (long)Field("resets"),
        };
    }
}
