namespace Attune.Tests;

/// <summary>Paths of files that tests read from the repository.</summary>
internal static class RepositoryFiles
{
    /// <summary>The folder with <c>Server.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// A file or folder of the golden values: <c>tiny-group</c>, <c>tiny-layer</c>, <c>wav/utt0.wav</c>. <c>ATTUNE_GOLDEN</c> names
    /// another folder of the same layout.
    /// </summary>
    public static string Golden(string name) => Path.Combine(
        Environment.GetEnvironmentVariable("ATTUNE_GOLDEN") is { Length: > 0 } folder ? folder : Path.Combine(Root, "tests", "Fixtures", "golden"),
        name);

    /// <summary>A recording that ships with the project.</summary>
    public static string Sample(string name) => Path.Combine(Root, "samples", name);

    /// <summary>The folder of a model that ships with the project.</summary>
    public static string Model(string name) => Path.Combine(Root, "models", name);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Server.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} has Server.sln.");
    }
}
