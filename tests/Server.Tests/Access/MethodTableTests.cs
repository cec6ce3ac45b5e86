using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Attune.Server.Tests.State;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Attune.Server.Tests.Access;

/// <summary>Every role against every method. The table is that of <c>docs/access.md</c>: a method without a row there fails.</summary>
public sealed partial class MethodTableTests(MethodTableTests.Fixture fixture) : IClassFixture<MethodTableTests.Fixture>
{
    private static readonly TestClient Recognise = TestClient.New("recogniser", "recognise");
    private static readonly TestClient Adapt = TestClient.New("adapter", "adapt");
    private static readonly TestClient Administer = TestClient.New("operator", "administer");
    private static readonly TestClient Foreign = TestClient.New("foreigner", "administer", "acme");

    private static readonly IReadOnlyDictionary<string, string> Table = RowPattern()
        .Matches(File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "access.md")))
        .ToDictionary(row => row.Groups["method"].Value, row => row.Groups["who"].Value);

    public static TheoryData<string> Methods => [.. Table.Keys];

    [Fact]
    public void Table_Always_HasEveryMethodAndNoOther()
    {
        var mapped = fixture.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(NameOf)
            .Where(path => !path.Contains("{unimplemented", StringComparison.Ordinal)); // what gRPC answers for methods that do not exist

        Assert.Equal(mapped.Order(StringComparer.Ordinal), Table.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Call_EachRole_IsLetInAsTheTableSays(string method)
    {
        var expected = Allowed(Table[method]);
        (string Who, TestClient? Client)[] callers =
            [("nobody", null), ("recognise", Recognise), ("adapt", Adapt), ("administer", Administer), ("administer of acme", Foreign)];

        var actual = new List<string>();
        foreach (var (who, client) in callers)
        {
            if (await IsLetInAsync(method, client)) actual.Add(who);
        }

        Assert.Equal(expected, actual);
    }

    /// <summary>What the table calls an endpoint: a method of gRPC by its name, what has a verb of HTTP by that and its path.</summary>
    private static string NameOf(RouteEndpoint endpoint)
    {
        var path = endpoint.RoutePattern.RawText!;
        if (endpoint.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>()?.HttpRule is { } rule) path = rule.Get + rule.Post + rule.Delete;
        else if (endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is not null) return path.TrimStart('/');
        return endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is [var verb] ? $"{verb} {path}" : path.TrimStart('/');
    }

    /// <summary>Who the words of the table let in, in the order of the callers.</summary>
    private static string[] Allowed(string words) => words switch
    {
        "everybody" => ["nobody", "recognise", "adapt", "administer", "administer of acme"],
        "any credential" => ["recognise", "adapt", "administer", "administer of acme"],
        "`recognise`" => ["recognise"],
        "`adapt`" => ["adapt"],
        "`adapt` or `administer`" => ["adapt", "administer", "administer of acme"],
        "`administer`" => ["administer", "administer of acme"],
        "`administer` of the tenant `default`" => ["administer"],
        _ => throw new ArgumentOutOfRangeException(nameof(words), words, "The table has other words."),
    };

    /// <summary>Sends an empty message. Whoever is let in gets an answer of the method, or its complaint about the message.</summary>
    private async Task<bool> IsLetInAsync(string method, TestClient? client)
    {
        var verb = method.Contains(' ', StringComparison.Ordinal) ? new HttpMethod(method[..method.IndexOf(' ', StringComparison.Ordinal)]) : null;
        var isGrpc = verb is null && method.Contains('.', StringComparison.Ordinal);
        var path = verb is null ? "/" + method : PathField().Replace(method[(verb.Method.Length + 1)..], "line-7");
        using var request = new HttpRequestMessage(verb ?? (isGrpc ? HttpMethod.Post : HttpMethod.Get), path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (isGrpc)
        {
            request.Content = new ByteArrayContent(new byte[5]);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
            request.Headers.TE.ParseAdd("trailers");
        }
        else if (verb == HttpMethod.Post)
        {
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }

        using var response = await fixture.Server.Http(client?.Key).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestStore.Token);
        if (!isGrpc) return response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var status = response.Headers.TryGetValues("grpc-status", out var values) ? values.Single() : "0"; // a refusal has no messages, and so says so at once
        Assert.Equal(client is null ? status == "16" : status == "7", status is "16" or "7");
        return status is not ("16" or "7");
    }

    /// <summary>One server for all of them.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        internal AccessHost Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Server = await AccessHost.StartAsync([.. Recognise.Settings, .. Adapt.Settings, .. Administer.Settings, .. Foreign.Settings]);

        public async ValueTask DisposeAsync() => await Server.DisposeAsync();
    }

    [GeneratedRegex(@"^\| `(?<method>[\w.]+/\w+|(GET|POST|DELETE) /[^`]*)` \| (?<who>[^|]+?) \|", RegexOptions.Multiline)]
    private static partial Regex RowPattern();

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex PathField();
}
