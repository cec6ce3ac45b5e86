using System.ComponentModel.DataAnnotations;

namespace Attune.Server.Text;

/// <summary>How many examples domains may have for text models, and for how long.</summary>
public sealed class ExampleOptions
{
    public const string Section = "Text:Examples";

    /// <summary>Examples of a domain for one model; the one that expires first goes for one more. From 1 to 100,000. Default 1,000.</summary>
    [Range(1, 100_000)]
    public int PerDomain { get; set; } = 1_000;

    /// <summary>Longest example, in characters (UTF-16). From 1 to 100,000. Default 10,000.</summary>
    [Range(1, 100_000)]
    public int MaxCharacters { get; set; } = 10_000;

    /// <summary>Time after which an example is gone, if whoever gave it does not say. From 1 minute to 365 days. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan Expiry { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Memory for examples. Those of the least recently used domain go for more, and are read again when they are asked for. In bytes, from 1,048,576 (1 MiB) to 1 TiB. Default
    /// 268,435,456 (256 MiB).
    /// </summary>
    [Range(1L << 20, 1L << 40)]
    public long MemoryBytes { get; set; } = 268_435_456;
}
