using System.Net;
using System.Net.Sockets;

namespace Attune.Cli.Tests.Pulling;

public sealed class PullCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("wav2vec2")]
    [InlineData("a/b/c")]
    [InlineData("a/b@../c")]
    public async Task Run_NoReference_UsageError(string model)
    {
        var run = await CliRun.RunAsync("pull", model);

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Contains("OWNER/NAME", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_EndpointIsNoAddress_UsageError()
    {
        var run = await CliRun.RunAsync("pull", "acme/tiny", "--endpoint", "ftp://hub", "--cache", _folder.Path);

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Contains("Given: 'ftp://hub'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_HubIsNoHub_FailsWithoutAModel()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = AnswerAsync(listener);

        var run = await CliRun.RunAsync("pull", "acme/tiny", "--endpoint", $"http://{listener.LocalEndpoint}", "--cache", _folder.Path);

        Assert.Equal(ExitCode.RunFailed, run.Status);
        Assert.Contains("has no acme/tiny@main", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Run_Help_HasExamplesEnvironmentAndExitStatus()
    {
        var run = await CliRun.RunAsync("pull", "--help");

        Assert.Contains("attune pull facebook/wav2vec2-base-960h", run.Output, StringComparison.Ordinal);
        Assert.Contains("HF_TOKEN", run.Output, StringComparison.Ordinal);
        Assert.Contains("Exit status", run.Output, StringComparison.Ordinal);
    }

    private static async Task AnswerAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await using var stream = client.GetStream();
        _ = await stream.ReadAsync(new byte[4096]);
        await stream.WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
    }
}
