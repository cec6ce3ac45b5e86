using System.Text.Json;
using Attune.Recognition.Models;

namespace Attune.Soak;

/// <summary>What was seen at one moment.</summary>
/// <param name="Seconds">Since the beginning, without pauses of the client.</param>
/// <param name="Requests">Requests done.</param>
/// <param name="ResidentBytes">Resident memory of the server.</param>
/// <param name="ManagedBytes">Its heap after the latest collection.</param>
/// <param name="Tensors">Its live tensors.</param>
internal sealed record SoakSample(double Seconds, int Requests, long ResidentBytes, long ManagedBytes, long Tensors);

/// <summary>A run as far as it has come, kept in a file so that a client that ends can go on where it was.</summary>
internal sealed class SoakProgress
{
    private const string FileName = "progress.json";

    /// <summary>The server of the run.</summary>
    public required SoakServer Server { get; init; }

    /// <summary>Requests done, which are those with the lowest numbers.</summary>
    public int Done { get; set; }

    /// <summary>Time that the client has been at work, in seconds.</summary>
    public double Seconds { get; set; }

    /// <summary>Requests by kind and status.</summary>
    public Dictionary<string, int> Counts { get; init; } = [];

    /// <summary>Live tensors when the server had started and heard its first requests, with nothing at work.</summary>
    public long BaselineTensors { get; set; }

    public List<SoakSample> Samples { get; init; } = [];

    /// <summary>Statuses other than expected, with what they say.</summary>
    public IEnumerable<KeyValuePair<string, int>> Unexpected => Counts.Where(count =>
        count.Key.Split(' ', 2) is not [var kind, var status] || SoakMix.ExpectedOf(Enum.Parse<SoakKind>(kind)) != status);

    public static SoakProgress? TryRead(string folder)
    {
        var file = Path.Combine(folder, FileName);
        return File.Exists(file) ? JsonSerializer.Deserialize<SoakProgress>(File.ReadAllText(file)) : null;
    }

    public void Write(string folder) => DurableFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this));
}
