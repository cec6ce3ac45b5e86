namespace Attune.Server.State;

/// <summary>The machine's processor, since the kernels that libraries choose for it decide about last bits.</summary>
internal static class Processor
{
    private const string Table = "/proc/cpuinfo", Key = "model name";

    /// <summary>Its name; null if the system does not say.</summary>
    public static string? Name { get; } = Read();

    private static string? Read()
    {
        if (!File.Exists(Table)) return null;
        var line = File.ReadLines(Table).FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
