using System.Net;
using System.Net.Sockets;

namespace Attune.Server.Tests.Serving.Web;

/// <summary>The page that ships, in a real browser, over real sockets.</summary>
public class BrowserTests
{
    [Fact]
    public async Task StreamPage_RecordingChosen_ShowsItsWords()
    {
        var path = Browser.RequirePath();
        var web = $"http://127.0.0.1:{FreePort()}";
        await using var app = await ServerHost.BuildAsync(
            ["--urls", "http://127.0.0.1:0", "--Serving:WebUrl", web, "--Adaptation:Fast:Steps", "1", "--Logging:LogLevel:Default", "None"]);
        await app.StartAsync();
        await using var browser = await Browser.OpenAsync(path);
        await browser.GoToAsync($"{web}/stream");

        await browser.ChooseFileAsync("#file", Path.Combine(AppContext.BaseDirectory, "samples", "digits-clean-2.wav"));
        await browser.WaitForAsync("document.getElementById('status').textContent.match(/^(?!Ready|Sending)/)");

        Assert.Equal("Done.", await browser.EvaluateAsync("document.getElementById('status').textContent"));
        Assert.Contains("FIVE EIGHT THREE", await browser.EvaluateAsync("document.getElementById('finals').textContent"), StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
