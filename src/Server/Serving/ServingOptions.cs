using System.ComponentModel.DataAnnotations;

namespace Attune.Server.Serving;

/// <summary>What the server takes on at a time.</summary>
public sealed class ServingOptions
{
    public const string Section = "Serving";

    /// <summary>
    /// Recognition requests at the same time, those that wait for a core or for adaptation included. One more is refused with
    /// RESOURCE_EXHAUSTED. From 1 to 10,000. Default 64.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxConcurrentRequests { get; set; } = 64;

    /// <summary>
    /// Largest message of a client, in bytes, held in memory as a whole. From 65,536 (64 KiB) to 1,073,741,824 (1 GiB). Default 67,108,864
    /// (64 MiB), which is 35 minutes of 16-bit samples at 16 kHz.
    /// </summary>
    [Range(65_536, 1_073_741_824)]
    public int MaxMessageBytes { get; set; } = 67_108_864;

    /// <summary>
    /// Address of a second door, for browsers: HTTP/1.1 with the console, JSON and the WebSocket /v1/stream, for example
    /// http://127.0.0.1:5191. Default empty: no such door, since plain-text gRPC takes the other addresses for HTTP/2 alone.
    /// </summary>
    public string WebUrl { get; set; } = "";

    /// <summary>
    /// Origins, separated by semicolons, whose pages may use JSON and the WebSocket, besides the server's own; * for any. Default empty.
    /// </summary>
    public string WebOrigins { get; set; } = "";

    /// <summary>
    /// Time that requests at work have to finish when the server is told to stop; then they are cancelled. From 0 to 1 hour. Default 30
    /// seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
