using Attune.Server.State;

namespace Attune.Server.Tests.State;

public sealed class EmbeddedStoreTests
{
    [Fact]
    public void Create_Temporary_DeletesWhatAKilledServerLeft()
    {
        var left = NewFolder(out var server);
        server.Dispose();

        using var store = new EmbeddedStore(directory: null);

        Assert.False(Directory.Exists(left));
        Assert.True(Directory.Exists(store.Folder));
    }

    [Fact]
    public void Create_Temporary_LeavesWhatAServerUses()
    {
        var used = NewFolder(out var server);

        using (new EmbeddedStore(directory: null)) Assert.True(Directory.Exists(used));

        Directory.Delete(used, recursive: true);
        server.Dispose();
    }

    [Fact]
    public void Create_Temporary_LeavesWhatWasJustMade()
    {
        var young = Directory.CreateTempSubdirectory("attune-store-").FullName;
        File.WriteAllText(Path.Combine(young, "lock"), "");

        using (new EmbeddedStore(directory: null)) Assert.True(Directory.Exists(young));

        Directory.Delete(young, recursive: true);
    }

    [Fact]
    public void Dispose_Temporary_LeavesNothing()
    {
        var store = new EmbeddedStore(directory: null);

        store.Dispose();

        Assert.False(Directory.Exists(store.Folder));
    }

    /// <summary>A folder that a server made long ago and uses.</summary>
    private static string NewFolder(out FileStream server)
    {
        var folder = Directory.CreateTempSubdirectory("attune-store-").FullName;
        var file = Path.Combine(folder, "lock");
        server = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        return folder;
    }
}
