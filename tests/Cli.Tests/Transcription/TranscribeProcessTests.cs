using System.Diagnostics;

namespace Attune.Cli.Tests.Transcription;

/// <summary>The program in a process of its own, since libraries keep files in the user's folders once for each process.</summary>
public sealed class TranscribeProcessTests
{
    [Fact]
    public async Task Transcribe_EmptyHome_LeavesThereNothingButAttunesOwn()
    {
        using var home = new TemporaryFolder();
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "attune"), ["transcribe", "--adapt", "none", "--model", RepositoryFiles.Golden("tiny-group"), RepositoryFiles.Sample("digits-clean-3.wav")])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["HOME"] = home.Path;
        start.Environment.Remove("XDG_CACHE_HOME");
        // ONNX Runtime reports nothing to its maker where these are set; users do not have them.
        start.Environment.Remove("CI");
        start.Environment.Remove("TF_BUILD");
        start.Environment.Remove("GITHUB_ACTIONS");

        using var process = Process.Start(start)!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(ExitCode.Success, process.ExitCode);
        var files = Directory.EnumerateFiles(home.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(home.Path, file));
        Assert.DoesNotContain(files, file => !file.StartsWith(Path.Combine(".cache", "attune"), StringComparison.Ordinal));
    }
}
