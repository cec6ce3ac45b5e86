using Microsoft.ML.OnnxRuntime;

namespace Attune.Recognition.Acoustic;

/// <summary>The threads that all sessions of the process share.</summary>
/// <remarks>
/// Sessions with threads of their own slow each other down where two models are there at once, and a session that is built on a thread of low priority
/// would give that priority to all of its threads. The first session decides how many there are; one that is to have another number has its own.
/// Thread-safe.
/// </remarks>
internal static class OnnxThreads
{
    private static readonly Lock Gate = new();
    private static int _count;

    /// <summary>
    /// ONNX Runtime's own builds for Linux report to their maker what runs where (events, the machine's description, a lasting identifier), unless this
    /// is set before it starts; the call that its API has for it leaves the first report and the identifier. What a server does is its owner's business.
    /// </summary>
    static OnnxThreads() => NativeEnvironment.Set("ORT_DISABLE_TELEMETRY", "1", overwrite: true);

    /// <summary>Whether a session of so many threads uses the shared ones, which are made when this is first asked.</summary>
    public static bool AreShared(int count)
    {
        lock (Gate)
        {
            if (_count == 0) _count = TryCreate(count) ? count : -1;
            return _count == count;
        }
    }

    private static bool TryCreate(int count)
    {
        if (OrtEnv.IsCreated) return false; // by somebody else in the process: its sessions have threads of their own
        using var threads = new OrtThreadingOptions { GlobalIntraOpNumThreads = count, GlobalInterOpNumThreads = 1, GlobalSpinControl = false };
        var options = new EnvironmentCreationOptions { logId = "attune", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, threadOptions = threads };
        _ = OrtEnv.CreateInstanceWithOptions(ref options);
        return true;
    }
}
