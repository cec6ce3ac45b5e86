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

    private const int SchedIdle = 5;

    /// <summary>Lowers the calling thread, and the threads that libtorch will make for it. It does not rise again.</summary>
    /// <param name="niceness">0 for not at all.</param>
    /// <param name="onlyIdleCores">Whether below all nice values: see <see cref="AdaptationThreadOptions.OnlyIdleCores"/>.</param>
    /// <remarks>Where the system does not allow it, work is only less polite.</remarks>
    internal static void Apply(int niceness, bool onlyIdleCores)
    {
        if (niceness == 0 || !OperatingSystem.IsLinux()) return;
        _ = SetPriority(which: 0, who: 0, niceness); // 0 and 0: the calling thread
        if (onlyIdleCores) _ = SetScheduler(pid: 0, SchedIdle, priority: 0);
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);

    /// <param name="pid">0: the calling thread.</param>
    /// <param name="policy">One of SCHED_*.</param>
    /// <param name="priority">struct sched_param, which has this one field.</param>
    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int pid, int policy, in int priority);
}
