using Attune.Evaluation.Scenarios;

namespace Attune.Cli.Evaluation;

/// <summary>Finds scenarios: a file, or by name one of those that ship with the program.</summary>
internal static class ScenarioFolder
{
    private static string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "scenarios");

    /// <summary>Names of those that ship, for help.</summary>
    public static string Names => Directory.Exists(Path)
        ? string.Join(", ", Directory.EnumerateFiles(Path, "*.yml").Select(System.IO.Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal))
        : "none";

    /// <summary>Reads one.</summary>
    /// <exception cref="ScenarioException">It does not exist or cannot be used.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Scenario Read(string fileOrName)
    {
        if (File.Exists(fileOrName)) return ScenarioFile.Read(fileOrName);
        var shipped = System.IO.Path.Combine(Path, fileOrName + ".yml");
        return File.Exists(shipped)
            ? ScenarioFile.Read(shipped)
            : throw new ScenarioException($"There is no scenario {fileOrName}: neither such a file nor one that ships ({Names}).");
    }
}
