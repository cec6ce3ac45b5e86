using Attune.Server;

namespace Attune.Cli.Tests.Serving;

public sealed class HealthCommandTests
{
    [Fact]
    public async Task Health_OfAServer_SaysWhetherItServes()
    {
        await using var app = await ServerHost.BuildAsync(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None"]);
        await app.StartAsync(TestContext.Current.CancellationToken);
        var url = app.Urls.Single();

        var serving = await CliRun.RunAsync("health", "--server", url);
        await app.StopAsync(TestContext.Current.CancellationToken);
        var gone = await CliRun.RunAsync("health", "--server", url);
        var wrong = await CliRun.RunAsync("health", "--timeout", "0");

        Assert.Equal((ExitCode.Success, ""), (serving.Status, serving.Error));
        Assert.Contains("serves", serving.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.CannotRun, gone.Status);
        Assert.Contains("cannot be reached", gone.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, wrong.Status);
        Assert.Contains("--timeout must be above 0", wrong.Error, StringComparison.Ordinal);
    }
}
