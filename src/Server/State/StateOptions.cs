using System.ComponentModel.DataAnnotations;

namespace Attune.Server.State;

/// <summary>Where what domains have heard and learnt is stored, and how much of it is kept.</summary>
public sealed class StateOptions
{
    public const string Section = "State";

    /// <summary>Value of <see cref="Directory"/> for a store that ends with the process.</summary>
    public const string NoDirectory = "none";

    /// <summary>
    /// Redis, Valkey or Garnet, in the form of StackExchange.Redis, for example <c>redis-1:6379,password=secret,ssl=true</c>. Replicas that share
    /// it share their domains. Default empty: a store of its own in the process, with its data under <see cref="Directory"/>.
    /// </summary>
    public string Redis { get; set; } = "";

    /// <summary>
    /// Folder of the store in the process; made if it is missing, and for one server at a time. <c>none</c>: nothing is written, and what was learnt
    /// ends with the process. Default empty: <c>attune</c> in the user's state folder (<c>$XDG_STATE_HOME</c>, or <c>~/.local/state</c>).
    /// </summary>
    public string Directory { get; set; } = "";

    /// <summary>
    /// Free space below which the store in the process takes no further utterances and revisions, in bytes. From 0 to 1 TiB. Default 268,435,456
    /// (256 MiB).
    /// </summary>
    [Range(0L, 1L << 40)]
    public long MinimumFreeBytes { get; set; } = 268_435_456;

    /// <summary>Time after which a stored utterance is gone, audio and transcripts. From 1 minute to 30 days. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan UtteranceExpiry { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Time after which a domain's text and hotwords are gone, if whoever gave them does not say. From 1 minute to 365 days. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan LanguageExpiry { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Utterances that are stored for each domain; the oldest goes for one more. From 1 to 10,000. Default 64.</summary>
    [Range(1, 10_000)]
    public int UtterancesPerDomain { get; set; } = 64;

    /// <summary>
    /// Revisions that are stored for each domain, those included that the gate refused; the oldest goes for one more, but never one that may serve
    /// again. From 1 to 1,000. Default 16, so that what the utterances of a domain were recognised with can be replayed.
    /// </summary>
    [Range(1, 1_000)]
    public int RevisionsPerDomain { get; set; } = 16;

    /// <summary>Events that the log keeps. From 100 to 1,000,000. Default 10,000.</summary>
    [Range(100, 1_000_000)]
    public int EventsKept { get; set; } = 10_000;

    /// <summary>Time that one operation of the store may take before it counts as failed. From 50 ms to 1 minute. Default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Time that a request waits for its domain's revision, if that is not in memory; after it, the model itself recognises. From 0 to 1 minute. Default
    /// 1 second.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan LoadTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Memory for what domains of a model serve from, their revision and the one before it, 12 bytes for each value of either, 4 of text models. The least recently used domain goes for one more, and is
    /// read again when it is asked for. In bytes, from 1,048,576 (1 MiB) to 1 TiB. Default 1,073,741,824 (1 GiB).
    /// </summary>
    [Range(1L << 20, 1L << 40)]
    public long DomainMemoryBytes { get; set; } = 1_073_741_824;

    /// <summary>
    /// Utterances that wait in memory while the store cannot be reached; further ones are recognised but not learnt from. From 1 to 100,000. Default 256.
    /// </summary>
    [Range(1, 100_000)]
    public int QueueCapacity { get; set; } = 256;

    /// <summary>
    /// Time after which a domain's update may be taken over from a replica that has gone silent. From 1 second to 1 hour. Default 30 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Full path of the folder, or null if nothing is to be written.</summary>
    public string? ResolveDirectory()
    {
        if (Directory == NoDirectory) return null;
        if (Directory.Length > 0) return Path.GetFullPath(Directory);
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (string.IsNullOrEmpty(state))
            state = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return Path.Combine(state, "attune");
    }
}
