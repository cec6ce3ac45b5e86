using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Attune.Server.Tests.Serving.Web;

/// <summary>A real Chromium without a window, driven over its DevTools protocol.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Programs = ["chromium", "chromium-browser", "google-chrome"];

    private readonly Process _process;
    private readonly TemporaryFolder _profile;
    private readonly ClientWebSocket _socket = new();
    private int _id;
    private bool _loaded;

    private Browser(Process process, TemporaryFolder profile)
    {
        _process = process;
        _profile = profile;
    }

    /// <summary>Path of an installed one; skips the test if there is none, but in CI that is an error.</summary>
    public static string RequirePath()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        var path = Programs.SelectMany(program => folders.Select(folder => Path.Combine(folder, program))).FirstOrDefault(File.Exists);
        if (path is null && Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail("CI must have chromium (apt-get install chromium).");
        Assert.SkipWhen(path is null, "chromium is not installed (apt-get install chromium).");
        return path!;
    }

    /// <summary>Starts a browser with an empty page.</summary>
    public static async Task<Browser> OpenAsync(string path)
    {
        var profile = new TemporaryFolder();
        var start = new ProcessStartInfo(path) { RedirectStandardError = true };
        foreach (var argument in new[]
        {
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0", $"--user-data-dir={profile.Path}", "about:blank",
        })
        {
            start.ArgumentList.Add(argument);
        }

        var browser = new Browser(Process.Start(start)!, profile);
        await browser.ConnectAsync();
        return browser;
    }

    /// <summary>Puts a file into an input of the page, as a user does.</summary>
    public async Task ChooseFileAsync(string selector, string file)
    {
        var document = await CallAsync("DOM.getDocument", []);
        var node = await CallAsync("DOM.querySelector", new JsonObject { ["nodeId"] = document["root"]!["nodeId"]!.DeepClone(), ["selector"] = selector });
        await CallAsync("DOM.setFileInputFiles", new JsonObject { ["nodeId"] = node["nodeId"]!.DeepClone(), ["files"] = new JsonArray(file) });
    }

    /// <summary>Goes to a page and waits until it is loaded.</summary>
    public async Task GoToAsync(string url)
    {
        await CallAsync("Page.enable", []);
        _loaded = false;
        await CallAsync("Page.navigate", new JsonObject { ["url"] = url });
        using var patience = new CancellationTokenSource(Patience);
        while (!_loaded) await ReceiveAsync(patience.Token);
    }

    /// <summary>Waits until an expression is true in the page.</summary>
    public async Task WaitForAsync(string expression) =>
        await EvaluateAsync($"new Promise(resolve => {{ const look = () => ({expression}) ? resolve(true) : setTimeout(look, 20); look(); }})");

    /// <summary>The text of an expression's value.</summary>
    public async Task<string> EvaluateAsync(string expression)
    {
        var result = await CallAsync(
            "Runtime.evaluate", new JsonObject { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true });
        Assert.Null(result["exceptionDetails"]);
        return result["result"]!["value"]!.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _profile.Dispose();
    }

    private async Task ConnectAsync()
    {
        const string announcement = "DevTools listening on ";
        using var patience = new CancellationTokenSource(Patience);
        string? line;
        do
        {
            line = await _process.StandardError.ReadLineAsync(patience.Token);
        }
        while (line is not null && !line.StartsWith(announcement, StringComparison.Ordinal));

        Assert.NotNull(line);
        _ = _process.StandardError.ReadToEndAsync(CancellationToken.None); // so that the pipe never fills
        using var http = new HttpClient();
        var address = new Uri(line[announcement.Length..]);
        while (true)
        {
            var targets = await http.GetFromJsonAsync<JsonArray>(new Uri($"http://{address.Authority}/json/list"), patience.Token);
            if (targets!.FirstOrDefault(target => (string?)target!["type"] == "page") is not { } page) continue;
            await _socket.ConnectAsync(new Uri((string)page["webSocketDebuggerUrl"]!), patience.Token);
            return;
        }
    }

    private async Task<JsonNode> CallAsync(string method, JsonObject parameters)
    {
        using var patience = new CancellationTokenSource(Patience);
        var id = ++_id;
        var call = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        await _socket.SendAsync(Encoding.UTF8.GetBytes(call.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
        while (true)
        {
            var answer = await ReceiveAsync(patience.Token);
            if ((int?)answer["id"] != id) continue; // an event
            Assert.True(answer["error"] is null, answer["error"]?.ToJsonString() ?? "");
            return answer["result"]!;
        }
    }

    /// <summary>The next answer or event.</summary>
    private async Task<JsonNode> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var message = new MemoryStream();
        var buffer = new byte[1 << 14];
        WebSocketReceiveResult received;
        do
        {
            received = await _socket.ReceiveAsync(buffer, cancellationToken);
            message.Write(buffer, 0, received.Count);
        }
        while (!received.EndOfMessage);

        var node = JsonNode.Parse(message.ToArray())!;
        _loaded |= (string?)node["method"] == "Page.loadEventFired";
        return node;
    }
}
