using System.Runtime.InteropServices;

namespace Attune.Adaptation;

/// <summary>What goes first where cores are short: the nice values of Linux, from 0 to 19, by which the threads of one process compete.</summary>
/// <remarks>Drafts, and all that a call waits for besides its fast update, run at 0.</remarks>
public static partial class Niceness
{
    /// <summary>Fast updates: a draft that somebody waits for gets ten times what the adaptation of others does.</summary>
    public const int FastUpdate = 10;

    /// <summary>Slow updates: about a quarter of what a fast update gets.</summary>
    public const int Learning = 16;

    /// <summary>Making a model while another serves: what all others leave.</summary>
    public const int Making = 19;

    /// <summary>Lowers the calling thread, and the threads that libtorch will make for it. It does not rise again.</summary>
    /// <remarks>Where the system does not allow it, work is only less polite.</remarks>
    internal static void Apply(int niceness)
    {
        if (niceness > 0 && OperatingSystem.IsLinux()) _ = SetPriority(which: 0, who: 0, niceness); // 0 and 0: the calling thread
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);
}
