using System.Runtime.InteropServices;
using System.Text;

namespace Attune.Recognition.Models;

/// <summary>Files and folders that are there whole or not at all, also after a crash or a power cut.</summary>
/// <remarks>What is flushed is on the disk; what is renamed is durable when its folder is flushed too. Thread-safe.</remarks>
public static partial class DurableFile
{
    private const int ReadOnly = 0;

    /// <summary>Writes a text beside its place, flushes it, and renames it.</summary>
    /// <exception cref="IOException">The folder cannot be written to, or the disk is full. The old file is as it was.</exception>
    public static void WriteText(string path, string text)
    {
        var target = Path.GetFullPath(path);
        var temporary = $"{target}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        FlushFolder(Path.GetDirectoryName(target)!);
    }

    /// <summary>Copies a file and flushes the copy. Its folder is the caller's to flush.</summary>
    /// <exception cref="IOException">The target exists, or the disk is full.</exception>
    public static void Copy(string source, string target)
    {
        using var from = File.OpenRead(source);
        using var to = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
        from.CopyTo(to);
        to.Flush(flushToDisk: true);
    }

    /// <summary>Flushes a file that others wrote.</summary>
    public static void Flush(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Renames a folder whose files are flushed; the target must not exist.</summary>
    /// <exception cref="IOException">The target exists.</exception>
    public static void MoveFolder(string source, string target)
    {
        FlushFolder(source);
        Directory.Move(source, target);
        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(target))!);
    }

    /// <summary>Makes names in a folder durable. A file system that cannot is left alone.</summary>
    public static void FlushFolder(string path)
    {
        var descriptor = Open(path, ReadOnly);
        if (descriptor < 0) return;
        _ = Flush(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
