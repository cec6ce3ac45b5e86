namespace Attune.Recognition.Models.Hub;

/// <summary>The folder that Hugging Face's own programs keep models in, so that both find what either fetched.</summary>
/// <remarks>
/// <para><c>models--OWNER--NAME/blobs/ETAG</c> has a file's content; <c>snapshots/COMMIT/FILE</c> links to it; <c>refs/REVISION</c> has the commit that
/// a branch or tag stood for when it was fetched.</para>
/// <para>Thread-safe, also across processes: everything is made under another name and renamed.</para>
/// </remarks>
/// <param name="folder">Its folder; made when something is fetched.</param>
public sealed class HubCache(string folder)
{
    /// <summary><c>HF_HUB_CACHE</c>; else <c>hub</c> in <c>HF_HOME</c>; else <c>huggingface/hub</c> in <c>XDG_CACHE_HOME</c> or <c>~/.cache</c>.</summary>
    public static string DefaultFolder
    {
        get
        {
            if (HubOptions.Variable("HF_HUB_CACHE") is { } cache) return cache;
            if (HubOptions.Variable("HF_HOME") is { } home) return Path.Combine(home, "hub");
            var user = HubOptions.Variable("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(user, "huggingface", "hub");
        }
    }

    /// <summary>The snapshot of a model that was fetched; null if none was.</summary>
    public string? FindSnapshot(HubReference reference)
    {
        var refPath = RefPath(reference);
        var commit = reference.IsCommit ? reference.Revision : File.Exists(refPath) ? File.ReadAllText(refPath).Trim() : null;
        if (commit is null || !HubReference.CommitPattern().IsMatch(commit)) return null;
        var snapshot = SnapshotFolder(reference, commit);
        return Directory.Exists(snapshot) ? snapshot : null;
    }

    internal string BlobPath(HubReference reference, string etag) => Path.Combine(RepositoryFolder(reference), "blobs", etag);

    internal string SnapshotFolder(HubReference reference, string commit) => Path.Combine(RepositoryFolder(reference), "snapshots", commit);

    /// <summary>Makes a snapshot of files whose content is there, and lets the revision stand for it.</summary>
    /// <returns>The snapshot's folder.</returns>
    internal string Publish(HubReference reference, string commit, IReadOnlyList<HubFile> files)
    {
        var snapshot = SnapshotFolder(reference, commit);
        Directory.CreateDirectory(snapshot);
        foreach (var file in files) Link(Path.Combine(snapshot, file.Name), Path.Combine("..", "..", "blobs", file.ETag));
        DurableFile.FlushFolder(snapshot);
        if (!reference.IsCommit)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(RefPath(reference))!);
            DurableFile.WriteText(RefPath(reference), commit);
        }

        return snapshot;
    }

    private static void Link(string path, string target)
    {
        if (new FileInfo(path).LinkTarget == target) return;
        var temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        File.CreateSymbolicLink(temporary, target);
        File.Move(temporary, path, overwrite: true);
    }

    private string RefPath(HubReference reference) => Path.Combine(RepositoryFolder(reference), "refs", reference.Revision);

    private string RepositoryFolder(HubReference reference) => Path.Combine(Path.GetFullPath(folder), $"models--{reference.Owner}--{reference.Name}");
}
