using System.ComponentModel.DataAnnotations;

namespace Attune.Recognition.Models.Hub;

/// <summary>Where models are fetched from, and how patiently.</summary>
public sealed class HubOptions
{
    /// <summary>Base address of the hub, http or https. Default: <c>HF_ENDPOINT</c>, else Hugging Face.</summary>
    public string Endpoint { get; set; } = Variable("HF_ENDPOINT") ?? "https://huggingface.co";

    /// <summary>Sent to the endpoint and to no other host. Default: <c>HF_TOKEN</c>, else none.</summary>
    public string? Token { get; set; } = Variable("HF_TOKEN");

    /// <summary>Folder of the cache. Default: see <see cref="HubCache.DefaultFolder"/>.</summary>
    public string CacheFolder { get; set; } = HubCache.DefaultFolder;

    /// <summary>Failures in a row, without getting further, after which a file is given up. From 1 to 100. Default 5.</summary>
    [Range(1, 100)]
    public int Attempts { get; set; } = 5;

    /// <summary>Pause after the first failure; it doubles with each further one. From 0 to 1 minute. Default 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan RetryPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Time without a byte after which a connection is given up. From 1 second to 1 hour. Default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromMinutes(1);

    internal static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
