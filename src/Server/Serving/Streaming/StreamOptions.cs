using System.ComponentModel.DataAnnotations;

namespace Attune.Server.Serving.Streaming;

/// <summary>What the server takes on of live streams.</summary>
public sealed class StreamOptions
{
    public const string Section = "Serving:Streams";

    /// <summary>Streams at the same time. One more is refused with RESOURCE_EXHAUSTED. From 1 to 100,000. Default 128.</summary>
    [Range(1, 100_000)]
    public int MaxConcurrent { get; set; } = 128;

    /// <summary>Streams at the same time from one address. From 1 to 100,000. Default 64.</summary>
    [Range(1, 100_000)]
    public int MaxPerClient { get; set; } = 64;

    /// <summary>
    /// Longest time without a message of the client; an empty piece of audio is one. From 1 second to 1 day. Default 1 minute.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest time of a stream. From 1 second to 7 days. Default 4 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan MaxDuration { get; set; } = TimeSpan.FromHours(4);

    /// <summary>
    /// Longest time that one message may wait for a client that does not read; then the stream is ended. From 1 second to 1 day. Default 1 minute.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Utterances of one stream that may wait for their finals; meanwhile its audio is not read further. From 1 to 100. Default 4.
    /// </summary>
    [Range(1, 100)]
    public int PendingUtterances { get; set; } = 4;
}
