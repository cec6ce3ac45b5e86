using Attune.Server;
using Microsoft.AspNetCore.Builder;

namespace Attune.Cli.Tests.Listening;

/// <summary>With a server of its own on a loopback port.</summary>
public sealed class ListenCommandTests : IAsyncLifetime
{
    private WebApplication _app = null!;

    private string Url => _app.Urls.Single();

    public async ValueTask InitializeAsync()
    {
        _app = await ServerHost.BuildAsync(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None"]);
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Listen_FileAsJson_PrintsInterimsDraftsAndFinals()
    {
        var run = await CliRun.RunAsync(
            "listen", RepositoryFiles.Sample("digits-clean-2.wav"), "--server", Url, "--no-pace", "--json", "--steps", "1", "--chunk-ms", "50");

        Assert.Equal((ExitCode.Success, ""), (run.Status, run.Error));
        var final = Assert.Single(run.Json, line => line.GetProperty("is_final").GetBoolean());
        Assert.NotEmpty(final.GetProperty("text").GetString()!);
        Assert.NotEmpty(final.GetProperty("draft").GetString()!);
        Assert.True(final.GetProperty("end_s").GetDouble() > final.GetProperty("start_s").GetDouble());
        Assert.Equal("adapted", final.GetProperty("outcome").GetString());
        Assert.Contains(run.Json, line => !line.GetProperty("is_final").GetBoolean() && line.GetProperty("draft").GetString() == line.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Listen_Domain_IsWhatTheServerHears()
    {
        var good = await CliRun.RunAsync(
            "listen", RepositoryFiles.Sample("digits-clean-3.wav"), "--server", Url, "--no-pace", "--json", "--steps", "0", "--domain", "kitchen");
        var bad = await CliRun.RunAsync(
            "listen", RepositoryFiles.Sample("digits-clean-3.wav"), "--server", Url, "--no-pace", "--json", "--steps", "0", "--domain", "no such/domain");

        Assert.Equal((ExitCode.Success, ""), (good.Status, good.Error));
        Assert.Equal(ExitCode.FileFailed, bad.Status);
        Assert.Contains("streaming_config.config.domain", bad.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listen_FilePaced_TakesAsLongAsItSounds()
    {
        var started = TimeProvider.System.GetTimestamp();

        var run = await CliRun.RunAsync("listen", RepositoryFiles.Sample("digits-clean-3.wav"), "--server", Url, "--steps", "0");

        Assert.Equal(ExitCode.Success, run.Status);
        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 2, 60);
        Assert.Contains("SIX SEVEN", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listen_NoServer_SaysSo()
    {
        var run = await CliRun.RunAsync("listen", RepositoryFiles.Sample("digits-clean-3.wav"), "--server", "http://127.0.0.1:9");

        Assert.Equal(ExitCode.CannotRun, run.Status);
        Assert.Contains("attune serve", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listen_NoSuchFile_SaysSo()
    {
        var run = await CliRun.RunAsync("listen", "no-such.wav", "--server", Url);

        Assert.Equal(ExitCode.RunFailed, run.Status);
        Assert.Contains("no-such.wav", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--chunk-ms=0", "--chunk-ms must be from 1 to 5000")]
    [InlineData("--server=here", "--server must be an address")]
    [InlineData("--fast", "'--fast' is no option of listen")]
    public async Task Listen_BadArgument_IsUsageError(string argument, string message)
    {
        var run = await CliRun.RunAsync("listen", argument);

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }
}
