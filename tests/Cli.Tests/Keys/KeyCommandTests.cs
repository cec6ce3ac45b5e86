using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Attune.Server;
using Microsoft.AspNetCore.Builder;

namespace Attune.Cli.Tests.Keys;

/// <summary>From a new key to a server that knows it, with every command that talks to one.</summary>
public sealed class KeyCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task New_ForPeople_PrintsKeyAndSettingsThatMatch()
    {
        var run = await CliRun.RunAsync("key", "new", "alice", "--tenant", "acme", "--roles", "recognise", "adapt");

        Assert.Equal((ExitCode.Success, ""), (run.Status, run.Error));
        var key = run.Output.Split('\n', StringSplitOptions.TrimEntries).Single(line => line.StartsWith("attune_", StringComparison.Ordinal));
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))), run.Output, StringComparison.Ordinal);
        Assert.Contains("\"Tenant\": \"acme\"", run.Output, StringComparison.Ordinal);
        Assert.Contains("\"Roles\": \"recognise adapt\"", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/b", "NAME must have 1 to 64 letters")]
    [InlineData("alice --tenant a/b", "--tenant must have 1 to 64 letters")]
    [InlineData("alice --roles everything", "'everything'")]
    [InlineData("", "NAME")]
    public async Task New_BadArgument_IsUsageError(string arguments, string message)
    {
        var run = await CliRun.RunAsync(["key", "new", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_WithKeyOverTls_AreLetIn()
    {
        var (config, key) = await NewAsync("--tenant", "acme", "--roles", "recognise", "adapt");
        var (certificate, privateKey) = WriteCertificate();
        await using var app = await StartAsync("--config", config, "--urls", "https://127.0.0.1:0", $"--Access:Tls:Certificate={certificate}", $"--Access:Tls:Key={privateKey}");
        string[] server = ["--server", app.Urls.Single(), "--ca", certificate];

        var heard = await CliRun.RunAsync(
            ["listen", RepositoryFiles.Sample("digits-clean-2.wav"), "--no-pace", "--steps", "0", "--domain", "line-7", "--key", key, .. server]);
        var list = await CliRun.RunAsync(["domain", "list", "--key", key, .. server]);
        var denied = await CliRun.RunAsync(["domain", "freeze", "line-7", "--key", key, .. server]);
        var foreign = await CliRun.RunAsync(["checkpoint", "list", "--key", key, .. server]);
        var unknown = await CliRun.RunAsync(["domain", "list", .. server]);
        var untrusted = await CliRun.RunAsync("domain", "list", "--key", key, "--server", app.Urls.Single());

        Assert.Equal((ExitCode.Success, ""), (heard.Status, heard.Error));
        Assert.Contains("FIVE EIGHT THREE", heard.Output, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Success, ""), (list.Status, list.Error));
        Assert.Equal(ExitCode.RunFailed, denied.Status);
        Assert.Contains("This needs the role administer, which alice does not have.", denied.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.RunFailed, foreign.Status);
        Assert.Contains("in the tenant default", foreign.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.RunFailed, unknown.Status);
        Assert.Contains("No credential was shown.", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("Give a key by --key or ATTUNE_KEY.", unknown.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.CannotRun, untrusted.Status);
        Assert.Contains("certificate", untrusted.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Commands_KeyInTheEnvironment_IsUsedAndNotShown()
    {
        var (config, key) = await NewAsync("--roles", "adapt");
        await using var app = await StartAsync("--config", config, "--urls", "http://127.0.0.1:0");
        Environment.SetEnvironmentVariable("ATTUNE_KEY", key);
        try
        {
            var list = await CliRun.RunAsync("domain", "list", "--server", app.Urls.Single());
            var help = await CliRun.RunAsync("domain", "list", "--help");

            Assert.Equal((ExitCode.Success, ""), (list.Status, list.Error));
            Assert.Contains("ATTUNE_KEY", help.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(key, help.Output, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("ATTUNE_KEY", null);
        }
    }

    [Theory]
    [InlineData("--ca /no/such.pem", "--ca /no/such.pem cannot be used")]
    [InlineData("--cert /no/such.pem", "--cert /no/such.pem cannot be used")]
    public async Task Commands_FileThatCannotBeUsed_IsUsageError(string arguments, string message)
    {
        var run = await CliRun.RunAsync(["domain", "list", .. arguments.Split(' ')]);

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    /// <summary>Makes a key of alice.</summary>
    /// <returns>A file with the settings that let it in, and the key.</returns>
    private async Task<(string Config, string Key)> NewAsync(params string[] arguments)
    {
        var run = await CliRun.RunAsync(["key", "new", "alice", "--json", .. arguments]);
        var made = Assert.Single(run.Json);
        var config = _folder.File("attune.json");
        await File.WriteAllTextAsync(config, made.GetProperty("settings").GetRawText());
        return (config, made.GetProperty("key").GetString()!);
    }

    private static async Task<WebApplication> StartAsync(params string[] arguments)
    {
        var app = await ServerHost.BuildAsync([.. arguments, "--Logging:LogLevel:Default", "None"]);
        await app.StartAsync();
        return app;
    }

    /// <summary>A certificate that vouches for itself.</summary>
    private (string Certificate, string Key) WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(_folder.File("server.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(_folder.File("server.key"), key.ExportPkcs8PrivateKeyPem());
        return (_folder.File("server.pem"), _folder.File("server.key"));
    }
}
