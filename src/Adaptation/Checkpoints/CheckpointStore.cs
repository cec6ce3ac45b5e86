using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Checkpoints;

/// <summary>Checkpoints on disk, and which of them serves.</summary>
/// <remarks>
/// <para><c>checkpoints/ID</c> has the files of one and its description <c>checkpoint.json</c>; <c>active.json</c> says which serves and which did
/// before, of the speech model, and <c>active-NAME.json</c> of the text model NAME. A checkpoint is made in <c>incoming</c> and renamed when it is complete and flushed; so is <c>active.json</c>. What a crash leaves in
/// <c>incoming</c> is removed when the store is opened, and was never part of it.</para>
/// <para>Thread-safe. Several processes may share the folder, as replicas on one machine do: what one imports, all see. Each makes its checkpoints in
/// a folder of its own under <c>incoming</c>, locked as long as it lives.</para>
/// </remarks>
public sealed class CheckpointStore : IDisposable
{
    private const string Description = "checkpoint.json";

    private static readonly string[] Described =
        ["config.json", "vocab.json", "merges.txt", "vocab.txt", "preprocessor_config.json", "added_tokens.json", "special_tokens_map.json", "tokenizer_config.json", "README.md"];

    private const string LockSuffix = ".lock";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly string _checkpoints;
    private readonly string _incoming;
    private readonly string _root;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly FileStream _incomingLock;

    /// <summary>Opens a store, or makes an empty one.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="time">Clock of dates.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public CheckpointStore(string folder, TimeProvider time)
    {
        _root = Path.GetFullPath(folder);
        _checkpoints = Path.Combine(_root, "checkpoints");
        var incoming = Path.Combine(_root, "incoming");
        _incoming = Path.Combine(incoming, Path.GetRandomFileName());
        _time = time;
        Directory.CreateDirectory(_checkpoints);
        Directory.CreateDirectory(incoming);
        DeleteAbandoned(incoming);
        _incomingLock = new FileStream(_incoming + LockSuffix, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.DeleteOnClose);
        Directory.CreateDirectory(_incoming);
    }

    /// <summary>Folder of all that the store has.</summary>
    public string Folder => _root;

    /// <summary>Folder whose folders are checkpoints, named by id: what recipes of merges are relative to.</summary>
    public string CheckpointsFolder => _checkpoints;

    /// <summary>A path in the store that nothing has, for a model in the making.</summary>
    public string NewIncoming() => Path.Combine(_incoming, Path.GetRandomFileName());

    /// <summary>All checkpoints, the newest first; one whose description was damaged is left out. Their weights are not read.</summary>
    public IReadOnlyList<Checkpoint> List() =>
    [
        .. Directory.EnumerateDirectories(_checkpoints)
            .Select(TryDescribe)
            .OfType<Checkpoint>()
            .OrderByDescending(checkpoint => checkpoint.Created)
            .ThenBy(checkpoint => checkpoint.Id, StringComparer.Ordinal),
    ];

    /// <summary>Copies a model folder into the store; one that is there already is left as it is.</summary>
    /// <param name="folder">A model folder.</param>
    /// <param name="name">What to call it.</param>
    /// <param name="origin">Where it comes from.</param>
    /// <exception cref="CheckpointException">Invalid: the folder is no model.</exception>
    /// <exception cref="IOException">The disk is full.</exception>
    public Checkpoint Import(string folder, string name, string origin)
    {
        var temporary = NewIncoming();
        Directory.CreateDirectory(temporary);
        try
        {
            foreach (var file in FilesOf(folder)) DurableFile.Copy(file, Path.Combine(temporary, Path.GetFileName(file)));
            CheckModel(temporary);
            var files = Directory.GetFiles(temporary).Order(StringComparer.Ordinal).Select(Describe).ToArray();
            var checkpoint = new Checkpoint(IdOf(files), name, origin, _time.GetUtcNow(), files) { Kind = AnyModel.KindOf(temporary) };
            DurableFile.WriteText(Path.Combine(temporary, Description), JsonSerializer.Serialize(checkpoint, Json));
            var target = Path.Combine(_checkpoints, checkpoint.Id);
            lock (_lock)
            {
                if (TryDescribe(target) is { } there) return there;
                if (Directory.Exists(target)) Directory.Delete(target, recursive: true); // its description is damaged
                DurableFile.MoveFolder(temporary, target);
            }

            return checkpoint;
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
    }

    /// <summary>Finds a checkpoint by its id, or the beginning of it if that is unique.</summary>
    /// <exception cref="CheckpointException">NotFound.</exception>
    public Checkpoint Find(string id)
    {
        var found = id.Length == 0 ? [] : List().Where(checkpoint => checkpoint.Id.StartsWith(id, StringComparison.Ordinal)).Take(2).ToArray();
        return found.Length == 1
            ? found[0]
            : throw new CheckpointException(
                CheckpointError.NotFound,
                $"{(found.Length == 0 ? "No checkpoint has" : "Several checkpoints have")} an id that begins with '{id}'. List them.");
    }

    /// <summary>Checks every byte of a checkpoint.</summary>
    /// <returns>Its folder.</returns>
    /// <exception cref="CheckpointException">NotFound; Damaged: a file is missing, was changed, or was added.</exception>
    public string Verify(string id)
    {
        var checkpoint = Find(id);
        var folder = Path.Combine(_checkpoints, checkpoint.Id);
        var present = Directory.GetFiles(folder).Where(path => Path.GetFileName(path) != Description).Order(StringComparer.Ordinal).Select(Describe).ToArray();
        if (IdOf(present) == checkpoint.Id && Path.GetFileName(folder) == IdOf(checkpoint.Files)) return folder;
        var changed = present.Except(checkpoint.Files).Concat(checkpoint.Files.Except(present)).Select(file => file.Name).Distinct();
        throw new CheckpointException(
            CheckpointError.Damaged,
            $"Checkpoint {checkpoint.Id} is not what entered the store; its files differ in: {string.Join(", ", changed.DefaultIfEmpty(Description))}. Import it again.");
    }

    /// <summary>Which checkpoint serves in the place of a model; <see cref="CheckpointActivation.None"/> also if what says so was damaged.</summary>
    /// <param name="model">Name of a text model; empty for the speech model.</param>
    public CheckpointActivation ActiveOf(string model)
    {
        lock (_lock)
        {
            return TryRead<CheckpointActivation>(ActivePath(model)) ?? CheckpointActivation.None with { Model = model };
        }
    }

    /// <summary>Has a checkpoint serve from now on, also after a restart, unless a later activation in its place is written down already.</summary>
    public void Activate(CheckpointActivation activation)
    {
        lock (_lock)
        {
            if (ActiveOf(activation.Model).Version < activation.Version)
                DurableFile.WriteText(ActivePath(activation.Model), JsonSerializer.Serialize(activation, Json));
        }
    }

    /// <summary>Gives up what is in the making. What the store has stays.</summary>
    public void Dispose()
    {
        if (Directory.Exists(_incoming)) Directory.Delete(_incoming, recursive: true);
        _incomingLock.Dispose();
    }

    /// <summary>Removes what processes left that are gone: nobody holds the lock.</summary>
    private static void DeleteAbandoned(string incoming)
    {
        foreach (var folder in Directory.GetDirectories(incoming))
        {
            try
            {
                using var unlocked = new FileStream(
                    folder + LockSuffix, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 0, FileOptions.DeleteOnClose);
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                // Its process lives.
            }
        }
    }

    /// <summary>Names of models are the user's: no character of theirs reaches out of the folder.</summary>
    private string ActivePath(string model) => Path.Combine(_root, model.Length == 0 ? "active.json" : $"active-{Uri.EscapeDataString(model)}.json");

    /// <summary>The checkpoint in a folder; null if it has no description, or a damaged one.</summary>
    private static Checkpoint? TryDescribe(string folder) =>
        TryRead<Checkpoint>(Path.Combine(folder, Description)) is { } checkpoint ? checkpoint with { Kind = AnyModel.KindOf(folder) } : null;

    private static IEnumerable<string> FilesOf(string folder)
    {
        if (!Directory.Exists(folder)) throw new CheckpointException(CheckpointError.Invalid, $"There is no folder {folder}. Correct the path.");
        return Directory.GetFiles(folder).Where(path =>
            Described.Contains(Path.GetFileName(path))
            || path.EndsWith(".safetensors", StringComparison.Ordinal)
            || path.EndsWith(".safetensors.index.json", StringComparison.Ordinal));
    }

    private static void CheckModel(string folder)
    {
        try
        {
            using var model = AnyModel.Open(folder);
        }
        catch (ModelException exception)
        {
            throw new CheckpointException(CheckpointError.Invalid, exception.Message, exception);
        }
    }

    private static CheckpointFile Describe(string path)
    {
        using var stream = File.OpenRead(path);
        return new(Path.GetFileName(path), stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    private static string IdOf(IEnumerable<CheckpointFile> files)
    {
        var lines = files.OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => $"{file.Sha256}  {file.Name}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }

    /// <summary>A description; null if there is none, or it is damaged.</summary>
    private static T? TryRead<T>(string path)
        where T : class
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<T>(File.ReadAllText(path), Json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
