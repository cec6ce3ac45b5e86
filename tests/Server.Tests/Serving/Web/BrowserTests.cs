using Attune.Server.Tests.Access;
using Attune.Server.Tests.Checkpoints;
using Attune.Server.Tests.Domains;
using Attune.V1;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Attune.Server.Tests.Serving.Web;

/// <summary>The console in a real browser, over real sockets. No step of it may break the page's policy, or leave an error in the browser's log.</summary>
public sealed class BrowserTests
{
    private static readonly string[] Web = ["--Serving:WebUrl", "http://127.0.0.1:0"];

    [Fact]
    public async Task Recognise_RecordingChosen_ShowsDraftThenFinalWithItsFigures()
    {
        await using var host = await DomainHost.StartAsync([.. Web, "--Adaptation:Fast:Parameters", "suta"]);
        await using var browser = await Browser.OpenAsync(host.WebUrl);
        var page = browser.Page;
        await page.GetByLabel("Domain").FillAsync(DomainHost.Line);
        await page.GetByLabel("Steps of adaptation").SelectOptionAsync("5");

        await page.Locator("#file").SetInputFilesAsync(RepositoryFiles.Sample("digits-air-conditioner-5db-stereo.wav"));
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("digits-air-conditioner-5db-stereo.wav is done.");

        var utterance = page.Locator(".utterance");
        await Expect(utterance).ToHaveAttributeAsync("data-state", "final");
        await Expect(utterance.Locator(".words")).ToContainTextAsync("TWO FOUR SEVEN SIX"); // which the draft does not have
        await Expect(utterance.Locator(".heard")).ToContainTextAsync("The draft was: TWO");
        await Expect(utterance.Locator(".facts")).ToContainTextAsync("the model itself of line-7");
        await Expect(utterance.Locator(".facts")).ToContainTextAsync("Steps5");
        Assert.NotEqual(0, await utterance.Locator("ins").CountAsync());
        Assert.NotEqual(0, await utterance.Locator("del").CountAsync());
        Assert.Empty(browser.Problems);
    }

    [Fact]
    public async Task Recognise_FileThatTheBrowserCannotRead_IsReadByTheServer()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "nothing.wav");
        await File.WriteAllTextAsync(file, "no audio", TestContext.Current.CancellationToken);
        await using var host = await DomainHost.StartAsync(Web);
        await using var browser = await Browser.OpenAsync(host.WebUrl);

        await browser.Page.Locator("#file").SetInputFilesAsync(file);

        await Expect(browser.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("WAV"); // what the server says of it
    }

    [Fact]
    public async Task Recognise_Microphone_ShowsWhatWasSaid()
    {
        await using var host = await DomainHost.StartAsync(Web);
        await using var browser = await Browser.OpenAsync(host.WebUrl, microphone: RepositoryFiles.Sample("digits-clean-2.wav"));
        var page = browser.Page;

        await page.GetByRole(AriaRole.Button, new() { Name = "Record", Exact = true }).ClickAsync();
        await Expect(page.Locator(".utterance[data-state=final]").First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("The recording is done.");

        await Expect(page.Locator("#utterances")).ToContainTextAsync("EIGHT");
        Assert.Empty(browser.Problems);
    }

    [Fact]
    public async Task Domain_RestoredResetAndFrozen_IsSoForTheServer()
    {
        await using var host = await DomainHost.StartAsync(Web);
        await host.TeachAsync();
        await host.TeachAsync();
        await using var browser = await Browser.OpenAsync($"{host.WebUrl}/#/domains");
        var page = browser.Page;
        var dialog = page.GetByRole(AriaRole.Dialog);
        await page.GetByRole(AriaRole.Link, new() { Name = DomainHost.Line }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Img, new() { Name = "Loss of 2 updates" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Restore revision 1" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Restore" }).ClickAsync();
        await Expect(page.Locator("#revisions tbody tr").Last).ToContainTextAsync("serves");
        var restored = await host.GetAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Reset to the model" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Reset" }).ClickAsync();
        await Expect(page.Locator(".figures")).ToContainTextAsync("itself: nothing learnt serves");
        var reset = await host.GetAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Freeze" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("frozen");
        var frozen = await host.GetAsync();

        Assert.Equal((1, 0, true), (restored.Revision, reset.Revision, frozen.Frozen));
        await Expect(page.Locator(".events")).ToContainTextAsync("an operator asked for it");
        Assert.Empty(browser.Problems);
    }

    [Fact]
    public async Task Domain_Deleted_IsGoneFromTheList()
    {
        await using var host = await DomainHost.StartAsync(Web);
        await host.TeachAsync();
        await using var browser = await Browser.OpenAsync($"{host.WebUrl}/#/domain/{DomainHost.Line}");
        var page = browser.Page;

        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete for good" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No domain yet" })).ToBeVisibleAsync();
        Assert.Empty((await host.Domains.ListDomainsAsync(new ListDomainsRequest(), cancellationToken: TestContext.Current.CancellationToken)).Domains);
    }

    [Fact]
    public async Task Checkpoints_ActivatedAndRolledBack_SwapTheModel()
    {
        using var folder = new TemporaryFolder();
        await using var host = await CheckpointServer.StartAsync(RepositoryFiles.Golden("tiny-group"), folder.Path, Web);
        var configured = await host.ServesAsync();
        var (_, sha256) = await host.ImportChangedAsync(0.1f);
        await using var browser = await Browser.OpenAsync($"{host.WebUrl}/#/checkpoints");
        var page = browser.Page;
        var dialog = page.GetByRole(AriaRole.Dialog);
        var row = page.Locator("tr[data-id]");

        await row.GetByRole(AriaRole.Button).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Activate" }).ClickAsync();
        await Expect(row).ToContainTextAsync("serves");
        var activated = await host.ServesAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Roll back" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Roll back" }).ClickAsync();
        await Expect(row).Not.ToContainTextAsync("serves");

        Assert.Equal((sha256, configured), (activated, await host.ServesAsync()));
        Assert.Empty(browser.Problems);
    }

    [Fact]
    public async Task Key_Entered_LetsIn()
    {
        var alice = TestClient.New("alice", "recognise adapt");
        await using var host = await AccessHost.StartAsync([.. alice.Settings, .. Web]);
        await using var browser = await Browser.OpenAsync($"{host.Urls[1]}/#/domains");
        var page = browser.Page;
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("No credential was shown.");

        await page.GetByRole(AriaRole.Button, new() { Name = "Enter a key" }).ClickAsync();
        await page.GetByLabel("Key or token").FillAsync(alice.Key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Use it" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No domain yet" })).ToBeVisibleAsync();
        await Expect(page.Locator("#model")).ToHaveTextAsync("spoken-numbers-en");
        await page.GotoAsync($"{host.Urls[1]}/#/checkpoints");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("the role administer in the tenant default");
    }

    [Theory]
    [InlineData("/", "#record", false)]
    [InlineData("/", "#record", true)]
    [InlineData("/#/live", ".events li", false)]
    [InlineData("/#/domains", "td.name", true)]
    [InlineData("/#/domain/line-7", ".chart", false)]
    [InlineData("/#/domain/line-7", ".chart", true)]
    [InlineData("/#/checkpoints", ".empty", false)]
    [InlineData("/openapi", ".operation", false)]
    public async Task View_Filled_BreaksNoRuleOfAccessibility(string view, string filled, bool dark)
    {
        using var folder = new TemporaryFolder();
        await using var host = await DomainHost.StartAsync([.. Web, "--Checkpoints:Folder", folder.Path]);
        await host.TeachAsync();
        await using var browser = await Browser.OpenAsync(host.WebUrl + view, dark: dark);
        await Expect(browser.Page.Locator(filled).First).ToBeVisibleAsync();

        var result = await browser.Page.RunAxe();

        Assert.Empty(result.Violations.Select(violation => $"{violation.Id}: {violation.Help} {string.Join(", ", violation.Nodes.Select(node => node.Html))}"));
        Assert.Empty(browser.Problems);
    }
}
