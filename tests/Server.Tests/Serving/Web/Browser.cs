using Microsoft.Playwright;

namespace Attune.Server.Tests.Serving.Web;

/// <summary>The installed Chromium without a window, with one page open.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private const int PatienceMilliseconds = 60_000;

    private static readonly string[] Programs = ["chromium", "chromium-browser", "google-chrome"];

    private readonly List<string> _problems = [];
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser, IPage page)
    {
        (_playwright, _browser, Page) = (playwright, browser, page);
        page.PageError += (_, error) => _problems.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error") _problems.Add(message.Text);
        };
    }

    public IPage Page { get; }

    /// <summary>Exceptions of the page, errors in its log, and what its policy has prevented, so far.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Opens a page; skips the test if there is no Chromium, but in CI that is an error.</summary>
    /// <param name="url">Where it goes.</param>
    /// <param name="microphone">WAV file that its microphone hears over and over; null for none.</param>
    /// <param name="dark">Whether its user likes dark pages.</param>
    /// <param name="certificate">What it shows to the server; null for nothing.</param>
    /// <remarks>Its user trusts the server's certificate, whoever signed it.</remarks>
    public static async Task<Browser> OpenAsync(string url, string? microphone = null, bool dark = false, ClientCertificate? certificate = null)
    {
        string[] hearing = microphone is null
            ? []
            : ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", $"--use-file-for-fake-audio-capture={microphone}"];
        var path = RequirePath();
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox", "--disable-dev-shm-usage", .. hearing] });
        var page = await browser.NewPageAsync(new()
        {
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            IgnoreHTTPSErrors = true,
            ClientCertificates = certificate is null ? null : [certificate],
        });
        page.SetDefaultTimeout(PatienceMilliseconds);
        Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
        var opened = new Browser(playwright, browser, page);
        await page.GotoAsync(url);
        return opened;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private static string RequirePath()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        var path = Programs.SelectMany(program => folders.Select(folder => Path.Combine(folder, program))).FirstOrDefault(File.Exists);
        if (path is null && Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail("CI must have chromium (apt-get install chromium).");
        Assert.SkipWhen(path is null, "chromium is not installed (apt-get install chromium).");
        return path!;
    }
}
