using System.Runtime.InteropServices;

namespace Attune.Benchmarks;

/// <summary>The processor that measures.</summary>
internal static class Processor
{
    /// <summary>Its name, as the system knows it.</summary>
    public static string Name() => File.ReadLines("/proc/cpuinfo")
        .Where(line => line.StartsWith("model name", StringComparison.Ordinal))
        .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
        .FirstOrDefault(RuntimeInformation.ProcessArchitecture.ToString());
}
