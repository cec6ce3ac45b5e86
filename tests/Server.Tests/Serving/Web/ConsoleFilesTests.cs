using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Attune.Server.Tests.State;

namespace Attune.Server.Tests.Serving.Web;

/// <summary>How the console's files are served.</summary>
public sealed partial class ConsoleFilesTests(ServerFixture server)
{
    private static readonly string Folder = Path.Combine(RepositoryFiles.Root, "src", "Server", "Console");

    private static CancellationToken Token => TestStore.Token;

    [Theory]
    [InlineData("/")]
    [InlineData("/openapi")]
    public async Task Page_Always_RunsNothingButItsOwnFiles(string path)
    {
        using var http = server.Http;

        using var response = await http.GetAsync(path, Token);
        var page = await response.Content.ReadAsStringAsync(Token);
        using var again = await GetAsync(http, path, response.Headers.ETag!);

        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch(Inline(), page);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        foreach (Match link in Links().Matches(page))
        {
            using var asset = await http.GetAsync(link.Groups["path"].Value, Token);
            Assert.Equal(HttpStatusCode.OK, asset.StatusCode);
            Assert.Equal("public, max-age=31536000, immutable", asset.Headers.GetValues("Cache-Control").Single());
            Assert.Equal("nosniff", asset.Headers.GetValues("X-Content-Type-Options").Single());
        }
    }

    [Fact]
    public async Task Asset_OfAnotherVersion_IsServedAndNotKept()
    {
        using var http = server.Http;

        using var response = await http.GetAsync("/console/0123456789ab/app.js", Token);
        using var missing = await http.GetAsync("/console/0123456789ab/nothing.js", Token);
        using var page = await http.GetAsync("/console/0123456789ab/index.html", Token);

        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Equal("text/javascript; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (missing.StatusCode, page.StatusCode)); // a page without its policy
    }

    [Fact]
    public void Files_Always_NameNoOtherServerAndSetNoMarkup()
    {
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(file).Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);

            Assert.DoesNotContain("//", Comments().Replace(text, ""), StringComparison.Ordinal);
            Assert.DoesNotContain("innerHTML", text, StringComparison.Ordinal);
        }
    }

    private static Task<HttpResponseMessage> GetAsync(HttpClient http, string path, EntityTagHeaderValue tag)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.IfNoneMatch.Add(tag);
        return http.SendAsync(request, Token);
    }

    [GeneratedRegex("(href|src)=\"(?<path>/console/[^\"]+)\"")]
    private static partial Regex Links();

    [GeneratedRegex(@"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)")]
    private static partial Regex Inline();

    [GeneratedRegex(@"(^|\s)//[^\n]*", RegexOptions.Multiline)]
    private static partial Regex Comments();
}
