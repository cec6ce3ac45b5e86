using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;

namespace Attune.Adaptation;

/// <summary>
/// Loads TorchSharp's native library on distributions whose libstdc++ is older than the one it was linked with, such as Debian 12.
/// </summary>
/// <remarks>
/// TorchSharp 0.107.0 asks for the symbol version GLIBCXX_3.4.32 (GCC 13). The only symbol of that version that it names,
/// <c>_ZSt21ios_base_library_initv</c>, has no relocation: it is never called. The dynamic linker refuses the library all the same,
/// unless the version reference is marked weak (ELF gABI, "Version Needed" auxiliary entry, VER_FLG_WEAK). A copy with that one
/// flag set is kept in the user's cache folder, under a name made of its content's hash, and loaded instead. The libraries that were
/// installed are never changed, and newer distributions never come here.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static class TorchNativeLibrary
{
    /// <summary>The name in TorchSharp's imports.</summary>
    public const string Name = "LibTorchSharp";

    private const string FileName = "libLibTorchSharp.so";
    private const string Version = "GLIBCXX_3.4.32";
    private const uint VersionNeededSection = 0x6ffffffe; // SHT_GNU_verneed
    private const byte WeakFlag = 2;                      // VER_FLG_WEAK

    private static readonly Lazy<(nint Handle, string? Problem)> Patched = new(TryLoadPatched);

    /// <summary>Tries to load the library; the reason in words if it cannot be loaded, null if it can or is not where it is expected.</summary>
    public static string? FindProblem()
    {
        if (FindInstalled() is not { } path) return null;
        try
        {
            _ = LoadWithDependencies(path);
            return null;
        }
        catch (DllNotFoundException exception) when (exception.Message.Contains(Version, StringComparison.Ordinal))
        {
            return Patched.Value.Problem;
        }
        catch (DllNotFoundException exception)
        {
            return $"libtorch could not be loaded: {exception.Message} Attune needs 64-bit x86 Linux with glibc 2.28 and libstdc++ of GCC 11 or newer.";
        }
    }

    /// <summary>Loads the patched copy; 0 if that does not work either, so that the runtime goes on to report the library missing.</summary>
    public static nint LoadPatched() => Patched.Value.Handle;

    /// <summary>A copy of an ELF64 little-endian image in which references to a symbol version are weak; null if it has none.</summary>
    /// <exception cref="BadImageFormatException">The image is no ELF64 little-endian file.</exception>
    public static byte[]? WithWeakVersion(ReadOnlySpan<byte> image, string version)
    {
        if (image.Length < 64 || !image[..6].SequenceEqual("\u007fELF\u0002\u0001"u8)) throw new BadImageFormatException("Not an ELF64 little-endian file.");
        byte[]? patched = null;
        foreach (var flags in FindVersionFlags(image, version))
        {
            patched ??= image.ToArray();
            patched[flags] |= WeakFlag;
        }

        return patched;
    }

    private static string? FindInstalled()
    {
        var folders = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? AppContext.BaseDirectory;
        return folders.Split(Path.PathSeparator)
            .Where(folder => folder.Length > 0)
            .Select(folder => Path.Combine(folder, FileName))
            .FirstOrDefault(File.Exists);
    }

    private static (nint Handle, string? Problem) TryLoadPatched()
    {
        if (FindInstalled() is not { } installed) return (0, $"{FileName} is not beside the program.");
        try
        {
            return WithWeakVersion(File.ReadAllBytes(installed), Version) is { } patched
                ? (LoadWithDependencies(Store(patched), dependencies: Path.GetDirectoryName(installed)!), null)
                : (0, $"{FileName} cannot be loaded although it does not ask for {Version}.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BadImageFormatException or DllNotFoundException)
        {
            return (0, $"{FileName} asks for {Version}, which this system's libstdc++ lacks, and a copy without that demand could not be "
                + $"loaded either: {exception.Message} Use a distribution with GCC 13 or newer, or make {CacheFolder()} writable.");
        }
    }

    /// <summary>The library finds libtorch beside itself; a copy elsewhere needs it to be in the process already.</summary>
    private static nint LoadWithDependencies(string path, string? dependencies = null)
    {
        foreach (var name in dependencies is null ? [] : new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" })
            _ = NativeLibrary.Load(Path.Combine(dependencies!, name));
        return NativeLibrary.Load(path);
    }

    /// <summary>Keeps the copy in the cache folder, or for this process alone where that cannot be written.</summary>
    private static string Store(byte[] content)
    {
        try
        {
            return Store(content, CacheFolder());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Store(content, Directory.CreateTempSubdirectory("attune-native-").FullName);
        }
    }

    private static string Store(byte[] content, string folder)
    {
        var path = Path.Combine(folder, $"{Convert.ToHexStringLower(SHA256.HashData(content))}-{FileName}");
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(content)) return path;

        // Another process may do the same at this moment: each writes a file of its own, and the last rename wins.
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var temporary = $"{path}.{Environment.ProcessId}";
        File.WriteAllBytes(temporary, content);
        File.Move(temporary, path, overwrite: true);
        return path;
    }

    private static string CacheFolder()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } configured
            ? configured
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache");
        return Path.IsPathRooted(cache) ? Path.Combine(cache, "attune", "native") : Path.Combine(AppContext.BaseDirectory, "native-cache");
    }

    /// <summary>Offsets of the low byte of vna_flags in each auxiliary entry that names the version.</summary>
    private static List<int> FindVersionFlags(ReadOnlySpan<byte> image, string version)
    {
        var found = new List<int>();
        var sections = (int)BinaryPrimitives.ReadInt64LittleEndian(image[0x28..]);     // e_shoff
        int sectionSize = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3a..]);      // e_shentsize
        int sectionCount = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3c..]);     // e_shnum
        for (var i = 0; i < sectionCount; i++)
        {
            var section = image[(sections + (i * sectionSize))..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(section[4..]) != VersionNeededSection) continue;
            var link = BinaryPrimitives.ReadInt32LittleEndian(section[0x28..]);        // sh_link: its string table
            var strings = (int)BinaryPrimitives.ReadInt64LittleEndian(image[(sections + (link * sectionSize) + 0x18)..]);
            AddVersionFlags(image, (int)BinaryPrimitives.ReadInt64LittleEndian(section[0x18..]), strings, version, found);
        }

        return found;
    }

    private static void AddVersionFlags(ReadOnlySpan<byte> image, int need, int strings, string version, List<int> found)
    {
        while (true)
        {
            var auxiliary = need + BinaryPrimitives.ReadInt32LittleEndian(image[(need + 8)..]); // vn_aux
            while (true)
            {
                var name = image[(strings + BinaryPrimitives.ReadInt32LittleEndian(image[(auxiliary + 8)..]))..]; // vna_name
                if (Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]) == version) found.Add(auxiliary + 4);
                var nextAuxiliary = BinaryPrimitives.ReadInt32LittleEndian(image[(auxiliary + 12)..]);
                if (nextAuxiliary == 0) break;
                auxiliary += nextAuxiliary;
            }

            var nextNeed = BinaryPrimitives.ReadInt32LittleEndian(image[(need + 12)..]);
            if (nextNeed == 0) return;
            need += nextNeed;
        }
    }
}
