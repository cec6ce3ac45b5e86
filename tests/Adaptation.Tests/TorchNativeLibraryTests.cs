using System.Runtime.Versioning;

namespace Attune.Adaptation.Tests;

[SupportedOSPlatform("linux")]
public sealed class TorchNativeLibraryTests
{
    private const string Version = "GLIBCXX_3.4.32";

    [Fact]
    public void WithWeakVersion_InstalledLibrary_ChangesOneFlag()
    {
        var original = File.ReadAllBytes(Find());

        var patched = TorchNativeLibrary.WithWeakVersion(original, Version)!;

        var changed = Enumerable.Range(0, original.Length).Where(i => original[i] != patched[i]).ToArray();
        Assert.Single(changed);
        Assert.Equal(original[changed[0]] | 2, patched[changed[0]]);
    }

    [Fact]
    public void WithWeakVersion_VersionThatIsNotNeeded_IsNull()
    {
        Assert.Null(TorchNativeLibrary.WithWeakVersion(File.ReadAllBytes(Find()), "GLIBCXX_9.9.9"));
    }

    [Fact]
    public void WithWeakVersion_AnotherKindOfFile_IsRefused()
    {
        Assert.Throws<BadImageFormatException>(() => TorchNativeLibrary.WithWeakVersion(new byte[1000], Version));
    }

    [Fact]
    public void EnsureLoaded_HereAndNow_Computes()
    {
        TorchRuntime.EnsureLoaded();

        using var sum = TorchSharp.torch.ones(2, 3).sum();
        Assert.Equal(6, sum.item<float>());
    }

    private static string Find() => ((string)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES")!)
        .Split(Path.PathSeparator)
        .Where(folder => folder.Length > 0)
        .Select(folder => Path.Combine(folder, "libLibTorchSharp.so"))
        .First(File.Exists);
}
