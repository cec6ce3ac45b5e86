using Attune.Recognition.Models;

namespace Attune.Fuzzing.Targets;

/// <summary>A folder for parsers that read files, in memory where the system has such a place; and the model that ships.</summary>
internal sealed class Scratch : IDisposable
{
    private const string InMemory = "/dev/shm";

    private readonly Lazy<string> _folder = new(() => Directory.CreateDirectory(
        Path.Combine(Directory.Exists(InMemory) ? InMemory : Path.GetTempPath(), $"attune-fuzzing-{Guid.NewGuid():N}")).FullName);

    private readonly Lazy<Model> _model = new(() => Model.Open(Path.Combine(AppContext.BaseDirectory, "models", "spoken-numbers-en")));

    public string Folder => _folder.Value;

    public Model Model => _model.Value;

    /// <summary>Writes a file.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose()
    {
        if (_model.IsValueCreated) _model.Value.Dispose();
        if (_folder.IsValueCreated) Directory.Delete(_folder.Value, recursive: true);
    }
}
