using System.Security.Cryptography;
using System.Text;
using Attune.Server.Configuration;
using Attune.Server.Tests.State;
using Attune.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Attune.Server.Tests.Access;

/// <summary>JSON Web Tokens: good, expired, forged.</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private readonly TestIssuer _issuer = new();
    private readonly AdvancingClock _clock = new();
    private AccessHost _server = null!;

    public async ValueTask InitializeAsync() => _server = await AccessHost.StartAsync(_clock, logs: null, _issuer.Settings);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _issuer.Dispose();
    }

    [Fact]
    public async Task Call_GoodToken_IsOfItsTenantWithItsRoles()
    {
        var token = _issuer.Sign(TestIssuer.Claims(_clock.GetUtcNow()));

        var served = await AccessHost.SayAsync(_server.Speech(token), "line-7", steps: 0);
        var refused = await GrpcErrors.FailureAsync(_server.Domains(token).DeleteDomainAsync(new DeleteDomainRequest { Domain = "line-7" }));

        Assert.StartsWith("acme/line-7/", served.FinalId, StringComparison.Ordinal);
        GrpcErrors.AssertError(refused, StatusCode.PermissionDenied, "PERMISSION_DENIED", "the role administer", "carol does not have");
    }

    [Fact]
    public async Task Call_TokenExpires_IsRefusedFromThenOn()
    {
        var token = _issuer.Sign(TestIssuer.Claims(_clock.GetUtcNow()));
        var speech = _server.Speech(token);
        await speech.GetModelAsync(new GetModelRequest());

        _clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(31));
        var refused = await GrpcErrors.FailureAsync(speech.GetModelAsync(new GetModelRequest()));

        GrpcErrors.AssertError(refused, StatusCode.Unauthenticated, "UNAUTHENTICATED", "expired");
        Assert.DoesNotContain(token, refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_WrongToken_IsRefused()
    {
        var now = _clock.GetUtcNow();
        using var other = RSA.Create(2048);
        var good = _issuer.Sign(TestIssuer.Claims(now));
        string[] parts = good.Split('.');
        var pem = Encoding.UTF8.GetBytes(_issuer.Pem);
        var administer = TestIssuer.Claims(now, claims => claims["roles"] = "recognise adapt administer");
        var wrong = new Dictionary<string, string>
        {
            ["signed with another key"] = TestIssuer.Sign(TestIssuer.Claims(now), other),
            ["claims exchanged"] = $"{parts[0]}.{TestIssuer.Encode(administer)}.{parts[2]}",
            ["signature changed"] = $"{parts[0]}.{parts[1]}.{(parts[2][0] == 'A' ? 'B' : 'A')}{parts[2][1..]}",
            ["signature left out"] = $"{parts[0]}.{parts[1]}.",
            ["algorithm none"] = TestIssuer.Sign(TestIssuer.Claims(now), "none", _ => []),
            ["public key as a secret"] = TestIssuer.Sign(TestIssuer.Claims(now), "HS256", signed => HMACSHA256.HashData(pem, signed)),
            ["another issuer"] = _issuer.Sign(TestIssuer.Claims(now, claims => claims["iss"] = "https://issuer.example.org")),
            ["for another server"] = _issuer.Sign(TestIssuer.Claims(now, claims => claims["aud"] = "another")),
            ["not valid yet"] = _issuer.Sign(TestIssuer.Claims(now.AddMinutes(2))),
            ["expired"] = _issuer.Sign(TestIssuer.Claims(now.AddHours(-2))),
            ["valid for ever"] = _issuer.Sign(TestIssuer.Claims(now, claims => claims.Remove("exp"))),
            ["without tenant"] = _issuer.Sign(TestIssuer.Claims(now, claims => claims.Remove("tenant"))),
            ["tenant with a slash"] = _issuer.Sign(TestIssuer.Claims(now, claims => claims["tenant"] = "acme/x")),
            ["without subject"] = _issuer.Sign(TestIssuer.Claims(now, claims => claims.Remove("sub"))),
            ["no token"] = "three.dotted.words",
            ["nothing like one"] = "secret",
            ["an unknown key"] = Attune.Server.Access.ApiKey.New(),
        };

        foreach (var (what, token) in wrong)
        {
            var refused = await GrpcErrors.FailureAsync(_server.Speech(token).GetModelAsync(new GetModelRequest()));
            Assert.True(refused.StatusCode == StatusCode.Unauthenticated, $"{what}: {refused.Status}");
        }

        await _server.Speech(good).GetModelAsync(new GetModelRequest());
    }

    [Fact]
    public async Task Call_WithoutRoles_MayDoNothing()
    {
        var token = _issuer.Sign(TestIssuer.Claims(_clock.GetUtcNow(), claims => claims.Remove("roles")));

        var refused = await GrpcErrors.FailureAsync(_server.Speech(token).GetModelAsync(new GetModelRequest()));

        GrpcErrors.AssertError(refused, StatusCode.PermissionDenied, "PERMISSION_DENIED", "the role recognise");
    }

    [Fact]
    public async Task Call_KeysFetchedFromTheIssuer_Serves()
    {
        await using var discovery = await StartDiscoveryAsync();
        var issuer = discovery.Urls.Single();
        await using var server = await AccessHost.StartAsync($"--Access:Jwt:Issuer={issuer}", $"--Access:Jwt:Audience={TestIssuer.Audience}");

        var token = _issuer.Sign(TestIssuer.Claims(TimeProvider.System.GetUtcNow(), claims => claims["iss"] = issuer));

        Assert.NotEmpty((await server.Speech(token).GetModelAsync(new GetModelRequest())).Name);
    }

    [Fact]
    public async Task Call_KeysFileIsAKeySet_Serves()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("keys.json"), _issuer.KeySet, TestStore.Token);
        await using var server = await AccessHost.StartAsync([.. _issuer.Settings, $"--Access:Jwt:KeysFile={folder.File("keys.json")}"]);

        var token = _issuer.Sign(TestIssuer.Claims(TimeProvider.System.GetUtcNow()));

        Assert.NotEmpty((await server.Speech(token).GetModelAsync(new GetModelRequest())).Name);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("hello")]
    [InlineData("{\"keys\": []}")]
    public async Task BuildAsync_KeysFileUnusable_SaysSo(string? content)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("keys");
        if (content is not null) await File.WriteAllTextAsync(file, content, TestStore.Token);

        var exception = await Assert.ThrowsAsync<ConfigurationException>(() => ServerHost.BuildAsync([.. _issuer.Settings, $"--Access:Jwt:KeysFile={file}"]));

        Assert.Contains($"Access:Jwt:KeysFile {file} must be a JSON Web Key Set", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>What an issuer serves so that others find its keys.</summary>
    private async Task<WebApplication> StartDiscoveryAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/.well-known/openid-configuration", (HttpRequest request) => Results.Json(new { issuer = $"http://{request.Host}", jwks_uri = $"http://{request.Host}/keys" }));
        app.MapGet("/keys", () => Results.Content(_issuer.KeySet, "application/json"));
        await app.StartAsync();
        return app;
    }
}
