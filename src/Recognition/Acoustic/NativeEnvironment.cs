using System.Runtime.InteropServices;

namespace Attune.Recognition.Acoustic;

/// <summary>The environment that native libraries read, which .NET's own setter does not change.</summary>
/// <remarks>To be set up before the library that reads it is loaded, while nothing else of the process reads it. Does nothing where there is no libc.</remarks>
public static partial class NativeEnvironment
{
    /// <summary>Sets a variable.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="overwrite">Whether it is set even if the user has set it.</param>
    public static void Set(string name, string value, bool overwrite)
    {
        if (OperatingSystem.IsLinux()) _ = SetEnvironment(name, value, overwrite ? 1 : 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
