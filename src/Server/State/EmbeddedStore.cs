using System.Net;
using System.Net.Sockets;
using System.Text;
using Attune.Server.Configuration;
using Garnet;
using Garnet.server;
using Tsavorite.core;

namespace Attune.Server.State;

/// <summary>Garnet in the process, behind a Unix socket that only this user may open.</summary>
/// <remarks>
/// <para>An answer means that the operation is in the log on the disk: whoever kills the process loses nothing that was acknowledged. Checkpoints keep the
/// log short. Memory is bounded; what does not fit is read from the disk.</para>
/// <para>A log that once could not be written, as on a full disk, answers nobody any more; <see cref="Restart"/> recovers what was acknowledged.</para>
/// <para>Owns its folder from construction to disposal: a second server gets an error. Not thread-safe, but that it may be disposed while it
/// restarts.</para>
/// </remarks>
internal sealed class EmbeddedStore : IDisposable
{
    private const string LockFile = "lock";
    private const string Values = "values";
    private const string SocketFile = "store.sock";

    // A Unix socket's path has at most 107 bytes.
    private const int MaxPathBytes = 90;

    // Audio and weights lie beside it in files: LargeValues.
    private const string Memory = "64m", MemoryPage = "4m";
    private const string LogMemory = "32m", LogPage = "8m", Index = "8m", Segment = "64m", LogLimit = "64m";
    private const int HouseKeepingSeconds = 10, ExpiryScanSeconds = 30, SegmentsBeforeCompaction = 4;

    /// <summary>Of the name of a temporary folder.</summary>
    private const string TemporaryPrefix = "attune-store-";

    /// <summary>A temporary folder that is younger may be one whose server is just about to lock it.</summary>
    private static readonly TimeSpan YoungestLeft = TimeSpan.FromMinutes(1);

    /// <summary>How often it is tried to delete one that is still written to.</summary>
    private const int MaxDeletions = 100;

    private readonly string _folder;
    private readonly bool _isTemporary;
    private readonly FileStream _lock;
    private readonly Lock _restarting = new();
    private GarnetServer? _server;
    private bool _isDisposed;

    /// <param name="directory">Its folder, full path; null to keep nothing after disposal.</param>
    /// <exception cref="ConfigurationException">The folder cannot be used, or another server uses it.</exception>
    public EmbeddedStore(string? directory)
    {
        _isTemporary = directory is null;
        _folder = directory ?? CreateTemporary();
        if (Encoding.UTF8.GetByteCount(_folder) > MaxPathBytes)
            throw Unusable($"its full path may have at most {MaxPathBytes} bytes, since a socket lies in it. Give a shorter one.");

        try
        {
            Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            _lock = new FileStream(Path.Combine(_folder, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Directory.CreateDirectory(ValuesFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (IOException exception) when (File.Exists(Path.Combine(_folder, LockFile)))
        {
            throw Unusable(
                $"another server uses it. Give each its own, or let them share a Redis by {StateOptions.Section}:{nameof(StateOptions.Redis)}.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable($"{exception.Message} Give a folder that can be written to.", exception);
        }
    }

    /// <summary>Where a store listens that runs with a folder.</summary>
    public static EndPoint EndPointIn(string directory) => new UnixDomainSocketEndPoint(Path.Combine(directory, SocketFile));

    /// <summary>Whether a store was ever made in a folder.</summary>
    public static bool IsIn(string directory) => File.Exists(Path.Combine(directory, LockFile));

    /// <summary>Whether a server uses the store in a folder at the moment.</summary>
    public static bool IsInUse(string directory)
    {
        try
        {
            new FileStream(Path.Combine(directory, LockFile), FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
            return false;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false; // whoever opens it is told why not
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Folder of <see cref="LargeValues"/> in a store's folder.</summary>
    public static string ValuesIn(string directory) => Path.Combine(directory, Values);

    /// <summary>Its folder, full path.</summary>
    public string Folder => _folder;

    /// <summary>Its folder of <see cref="LargeValues"/>.</summary>
    public string ValuesFolder => ValuesIn(_folder);

    /// <summary>Where it listens.</summary>
    public EndPoint EndPoint => EndPointIn(_folder);

    /// <summary>Whether its folder is gone when it is disposed.</summary>
    public bool IsTemporary => _isTemporary;

    /// <summary>Free space on the disk, in bytes.</summary>
    public long FreeBytes => new DriveInfo(_folder).AvailableFreeSpace;

    /// <summary>Recovers what the folder holds and listens. Half a second, and more for a long log.</summary>
    /// <exception cref="ConfigurationException">The folder's contents are damaged.</exception>
    public void Start()
    {
        try
        {
            File.Delete(Path.Combine(_folder, SocketFile)); // of a process that was killed
            _server = new GarnetServer(CreateOptions());
            _server.Start();
        }
        catch (Exception exception)
        {
            throw Unusable($"the store in it cannot be started: {exception.Message} Move it away, or give another.", exception);
        }
    }

    /// <summary>Ends the store and recovers it from its folder. Who is connected must connect again.</summary>
    /// <exception cref="ConfigurationException">It cannot be started; it may be tried again.</exception>
    public void Restart()
    {
        lock (_restarting)
        {
            if (_isDisposed) return;
            _server?.Dispose(deleteDir: false);
            _server = null;
            Start();
        }
    }

    public void Dispose()
    {
        lock (_restarting)
        {
            _isDisposed = true;
            _server?.Dispose(deleteDir: false);
            _lock.Dispose();
            if (_isTemporary) DeleteTemporary(_folder);
        }
    }

    /// <summary>Deletes a folder that a thread of the store may still write to for a moment. If it goes on, the next server deletes it, as that of one that was killed.</summary>
    private static void DeleteTemporary(string folder)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                return;
            }
            catch (IOException) when (tries < MaxDeletions)
            {
                Thread.Yield();
            }
            catch (IOException)
            {
                return;
            }
        }
    }

    /// <summary>A folder of its own. Those that killed servers have left behind go, since they hold what was said.</summary>
    private static string CreateTemporary()
    {
        var folder = Directory.CreateTempSubdirectory(TemporaryPrefix).FullName;
        var latest = Directory.GetCreationTimeUtc(folder) - YoungestLeft;
        foreach (var other in Directory.GetDirectories(Path.GetTempPath(), TemporaryPrefix + "*").Where(other => IsIn(other) && !IsInUse(other)))
        {
            try
            {
                if (File.GetLastWriteTimeUtc(Path.Combine(other, LockFile)) < latest) Directory.Delete(other, recursive: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Another server was quicker, or it is another user's.
            }
        }

        return folder;
    }

    private GarnetServerOptions CreateOptions() => new(logger: null)
    {
        EndPoints = [EndPoint],
        UnixSocketPath = Path.Combine(_folder, SocketFile),
        UnixSocketPermission = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        QuietMode = true,
        CheckpointDir = _folder,
        LogDir = _folder,
        DeviceType = DeviceType.RandomAccess, // the native device needs a library that not every machine has
        Recover = true,
        FailOnRecoveryError = true,
        EnableAOF = true,
        CommitFrequencyMs = 0,
        WaitForCommit = true,
        AofMemorySize = LogMemory,
        AofPageSize = LogPage,
        AofSegmentSize = Segment,
        AofSizeLimit = LogLimit,
        AofSizeLimitEnforceFrequencySecs = HouseKeepingSeconds,
        EnableStorageTier = true,
        LogMemorySize = Memory,
        PageSize = MemoryPage,
        IndexMemorySize = Index,
        SegmentSize = Segment,
        ObjectLogSegmentSize = Segment,
        CompactionType = LogCompactionType.Scan,
        CompactionFrequencySecs = HouseKeepingSeconds,
        CompactionMaxSegments = SegmentsBeforeCompaction,
        ExpiredKeyDeletionScanFrequencySecs = ExpiryScanSeconds,
        EnableLua = true,
        LuaTransactionMode = true, // a script is one step for everybody else, as in Redis
        LuaOptions = new LuaOptions(LuaMemoryManagementMode.Native, "", Timeout.InfiniteTimeSpan, LuaLoggingMode.Silent, []),
    };

    private ConfigurationException Unusable(string reason, Exception? inner = null) =>
        new([$"{StateOptions.Section}:{nameof(StateOptions.Directory)} {_folder} cannot be used: {reason}"], inner);
}
