using System.ComponentModel.DataAnnotations;

namespace Attune.Server.Access;

/// <summary>How much each caller may use. A caller is a client, the subject of a token, or, without a credential, an address.</summary>
/// <remarks>
/// An allowance fills up evenly: 1 minute per minute gives back a second each second, up to a minute. A request is let in as long as something is left, and
/// what it takes beyond that is made up for before the next one. Each replica counts for itself, and anew when it starts.
/// </remarks>
public sealed class LimitOptions
{
    public const string Section = AccessOptions.Section + ":Limits";

    /// <summary>Requests of one caller at the same time: streams, single recognitions and requests about text together. From 1 to 100,000. Default empty: no limit of its own.</summary>
    [Range(1, 100_000)]
    public int? ConcurrentRequests { get; set; }

    /// <summary>Audio that one caller may send in a minute. From 1 second to 365 days. Default empty: no limit.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan? AudioPerMinute { get; set; }

    /// <summary>Audio that one caller may send in a day. From 1 second to 365 days. Default empty: no limit.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan? AudioPerDay { get; set; }

    /// <summary>
    /// Time of gradient steps that one caller may cause in a minute. Without any left its requests are answered with the draft. From 1 ms to 365 days. Default
    /// empty: no limit.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "365.00:00:00")]
    public TimeSpan? AdaptationPerMinute { get; set; }

    /// <summary>The same in a day. From 1 ms to 365 days. Default empty: no limit.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "365.00:00:00")]
    public TimeSpan? AdaptationPerDay { get; set; }

    /// <summary>These limits, with those that a client has of its own in their place.</summary>
    public LimitOptions With(ClientOptions client) => new()
    {
        ConcurrentRequests = client.ConcurrentRequests ?? ConcurrentRequests,
        AudioPerMinute = client.AudioPerMinute ?? AudioPerMinute,
        AudioPerDay = client.AudioPerDay ?? AudioPerDay,
        AdaptationPerMinute = client.AdaptationPerMinute ?? AdaptationPerMinute,
        AdaptationPerDay = client.AdaptationPerDay ?? AdaptationPerDay,
    };
}
