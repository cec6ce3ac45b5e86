using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Runtime.Versioning;
using Attune.Recognition.Acoustic;
using TorchSharp;

namespace Attune.Adaptation;

/// <summary>Loads libtorch and sets up what a long-running server needs of it. Users set nothing.</summary>
/// <remarks>
/// Call <see cref="EnsureLoaded"/> before anything touches <see cref="torch"/>; every class of this project that creates tensors
/// does. Thread-safe.
/// </remarks>
public static partial class TorchRuntime
{
    /// <summary>Parameters of glibc's mallopt(3).</summary>
    private const int TrimThreshold = -1, MmapThreshold = -3;

    /// <summary>
    /// Bytes from which an allocation is its own mapping, returned when it is freed: 32 MB, the most that glibc takes. An utterance frees and takes the
    /// same megabytes again and again, and pages that the system gives out anew took 40 % of a step's time. What stays is returned by
    /// <see cref="ReturnFreedMemory"/>; left alone, utterances of mixed length would fragment the heap (681 MB became 1,686 MB over 200 adaptations).
    /// </summary>
    private const int MmapThresholdBytes = 1 << 25;

    /// <summary>
    /// Bytes by which a busy process may grow before freed memory is returned: 256 MB. Whoever computes next takes the pages anew, which costs 0.3 to 12 us each, by the
    /// machine: returned after every model that had served, an activation under load took 482 ms rather than 150 on one whose pages are dear, and calls beside it twice their time.
    /// </summary>
    internal const long GrowthToReturn = 256 << 20;

    private static readonly Lazy<string?> Failure = new(Load);

    /// <summary>tcmalloc's counterpart of malloc_trim; 0 where it is not preloaded, in which case it is not loaded either.</summary>
    private static readonly Lazy<nint> ReleaseOfTcmalloc = new(() =>
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "MallocExtension_ReleaseFreeMemory", out var release) ? release : 0);

    private static long _residentAfterReturn = Environment.WorkingSet;

    /// <summary>Where tensors live: a CUDA device if this build is for one and the machine has it, the processor otherwise.</summary>
    /// <remarks>Set by <see cref="EnsureLoaded"/>. Of the CUDA build, only that it evaluates has been seen; no machine with such a device has run it.</remarks>
    public static torch.Device Device { get; private set; } = null!;

    /// <summary>Loads libtorch once; later calls return at once.</summary>
    /// <exception cref="PlatformNotSupportedException">It cannot be loaded; the message says why and what to do.</exception>
    public static void EnsureLoaded()
    {
        if (Failure.Value is { } message) throw new PlatformNotSupportedException(message);
    }

    /// <summary>
    /// Gives the system the memory that freed tensors have left in the heap. Takes up to 30 ms, and whoever computes next takes the pages anew: to be
    /// called when there is nothing else to do.
    /// </summary>
    /// <remarks>Of glibc's heap and of a preloaded tcmalloc's; of another allocator nothing, which has ways of its own.</remarks>
    public static unsafe void ReturnFreedMemory()
    {
        if (!OperatingSystem.IsLinux()) return;
        if (ReleaseOfTcmalloc.Value is not 0 and var release)
        {
            ((delegate* unmanaged<void>)release)();
        }
        else
        {
            try
            {
                _ = MallocTrim(0);
            }
            catch (EntryPointNotFoundException)
            {
                // Another C library (musl).
            }
        }

        Volatile.Write(ref _residentAfterReturn, Environment.WorkingSet);
    }

    /// <summary>
    /// Does the same where the heap is glibc's, in which freed tensors of one size leave gaps too small for others, so that it grows while little of it is in use. tcmalloc joins what lies
    /// side by side and keeps a training as large as its largest batches have made it; taken anew, the pages would cost more than they save.
    /// </summary>
    public static void ReturnFragmentedMemory()
    {
        if (ReleaseOfTcmalloc.Value == 0) ReturnFreedMemory();
    }

    /// <summary>Does the same as <see cref="ReturnFreedMemory"/> if the process has grown by more than 256 MB since it was last done, and nothing otherwise: to be called between two pieces of work.</summary>
    public static void ReturnFreedMemoryIfGrown()
    {
        if (Environment.WorkingSet - Volatile.Read(ref _residentAfterReturn) > GrowthToReturn) ReturnFreedMemory();
    }

    private static string? Load()
    {
        if (OperatingSystem.IsLinux() && PrepareLinux() is { } problem) return problem;

        try
        {
#if CUDA
            torch.InitializeDeviceType(DeviceType.CUDA);
            Device = torch.cuda.is_available() ? torch.CUDA : torch.CPU;
#else
            torch.InitializeDeviceType(DeviceType.CPU);
            Device = torch.CPU;
#endif
            return null;
        }
        catch (Exception exception) when (exception is NotSupportedException or TypeInitializationException or DllNotFoundException)
        {
            return $"libtorch could not be loaded: {(exception.InnerException ?? exception).Message}";
        }
    }

    /// <summary>Sets up allocator, OpenMP and the search for the native library; the problem in words if it cannot be loaded.</summary>
    [SupportedOSPlatform("linux")]
    private static string? PrepareLinux()
    {
        FixAllocator();
        LetThreadsSleep();
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += ResolveTorch;
        // TorchSharp answers a failed load by copying 480 MB of libraries and a message about a missing package: find out first.
        return TorchNativeLibrary.FindProblem();

        [SupportedOSPlatform("linux")]
        static nint ResolveTorch(System.Reflection.Assembly assembly, string name) =>
            name == TorchNativeLibrary.Name ? TorchNativeLibrary.LoadPatched() : 0;
    }

    private static void FixAllocator()
    {
        try
        {
            _ = MallOpt(MmapThreshold, MmapThresholdBytes);
            _ = MallOpt(TrimThreshold, int.MaxValue);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library (musl) or a preloaded allocator: neither has the trap.
        }
    }

    /// <summary>
    /// OpenMP threads that spin while they wait make a step several times slower whenever anything else wants the cores. libgomp
    /// reads the variable when it is loaded.
    /// </summary>
    private static void LetThreadsSleep() => NativeEnvironment.Set("OMP_WAIT_POLICY", "PASSIVE", overwrite: false);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint pad);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int MallOpt(int parameter, int value);
}
