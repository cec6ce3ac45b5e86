using System.Runtime.CompilerServices;

namespace Attune.Tests;

/// <summary>Servers of tests keep nothing, in the user's folders least of all, and each has a store of its own. A test that wants one that lasts says where.</summary>
internal static class NoStoredState
{
    [ModuleInitializer]
    internal static void Set() => Environment.SetEnvironmentVariable("State__Directory", "none");
}
