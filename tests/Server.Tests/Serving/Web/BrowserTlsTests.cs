using System.Text;
using Attune.Server.Tests.Access;
using Attune.Server.Tests.Domains;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Attune.Server.Tests.Serving.Web;

/// <summary>The console over https in a real browser: its files, its calls, and its WebSocket, which is then wss.</summary>
public sealed class BrowserTlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Console_SelfSignedCertificate_RecordsTakesAFileLearnsAndResets()
    {
        await using var host = await AccessHost.StartAsync(Settings(TestAuthority.SelfSignServer()));
        await using var browser = await Browser.OpenAsync(host.Urls[1], microphone: RepositoryFiles.Sample("digits-clean-2.wav"));
        var page = browser.Page;
        var sockets = new List<string>();
        page.WebSocket += (_, socket) => sockets.Add(socket.Url);

        await page.GetByRole(AriaRole.Button, new() { Name = "Record", Exact = true }).ClickAsync();
        await Expect(page.Locator(".utterance[data-state=final]").First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("The recording is done.");
        await Expect(page.Locator("#utterances")).ToContainTextAsync("EIGHT");
        await page.GetByLabel("Domain").FillAsync(DomainHost.Line);
        await DropAsync(page, "digits-clean-1.wav"); // two utterances, which make an update
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("digits-clean-1.wav is done.");
        await Expect(page.Locator("#utterances")).ToContainTextAsync("TWO EIGHT NINE");
        await page.GetByRole(AriaRole.Link, new() { Name = "Domains" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = DomainHost.Line }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Reset to the model" }).ClickAsync(); // which waits until an update serves
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Reset" }).ClickAsync();

        await Expect(page.Locator(".events")).ToContainTextAsync("an operator asked for it");
        Assert.Equal(2, sockets.Count);
        Assert.All(sockets, url => Assert.StartsWith("wss://127.0.0.1:", url, StringComparison.Ordinal));
        Assert.Empty(browser.Problems);
    }

    [Fact]
    public async Task Console_ClientCertificate_LetsInWithoutAKey()
    {
        using var authority = new TestAuthority("Test");
        var clients = _folder.File("clients.pem");
        await File.WriteAllTextAsync(clients, authority.RootPem, TestContext.Current.CancellationToken);
        var (certificate, key, _) = authority.Certify("CN=desk-3", "client");
        await using var host = await AccessHost.StartAsync(
        [
            .. Settings(TestAuthority.SelfSignServer()), $"--Access:Tls:ClientAuthorities={clients}", "--Access:Tls:ClientCertificates=required",
            "--Access:Clients:desk:CertificateSubject=CN=desk-3", "--Access:Clients:desk:Roles=recognise adapt",
        ]);
        await using var browser = await Browser.OpenAsync(
            host.Urls[1], certificate: new() { Origin = host.Urls[1], Cert = Encoding.ASCII.GetBytes(certificate), Key = Encoding.ASCII.GetBytes(key) });
        var page = browser.Page;

        await DropAsync(page, "digits-clean-1.wav");

        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("digits-clean-1.wav is done.");
        await Expect(page.Locator("#utterances")).ToContainTextAsync("TWO EIGHT NINE");
        Assert.Empty(browser.Problems);
    }

    private string[] Settings((string Certificate, string Key) tls)
    {
        var (certificate, key) = (_folder.File("server.pem"), _folder.File("server.key"));
        File.WriteAllText(certificate, tls.Certificate);
        File.WriteAllText(key, tls.Key);
        return
        [
            "--urls", "https://127.0.0.1:0", "--Serving:WebUrl", "https://127.0.0.1:0", $"--Access:Tls:Certificate={certificate}", $"--Access:Tls:Key={key}",
        ];
    }

    /// <summary>Drops a sample where the page wants recordings dropped.</summary>
    private static async Task DropAsync(IPage page, string sample)
    {
        var audio = Convert.ToBase64String(await File.ReadAllBytesAsync(RepositoryFiles.Sample(sample), TestContext.Current.CancellationToken));
        var dropped = await page.EvaluateHandleAsync(
            """
            ([name, audio]) => {
              const data = new DataTransfer();
              data.items.add(new File([Uint8Array.from(atob(audio), (x) => x.charCodeAt(0))], name, { type: 'audio/wav' }));
              return data;
            }
            """,
            new[] { sample, audio });
        await page.Locator(".drop").DispatchEventAsync("drop", new { dataTransfer = dropped });
    }
}
