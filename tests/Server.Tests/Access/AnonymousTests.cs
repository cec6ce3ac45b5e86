using Attune.Server.Access;
using Attune.V1;
using Grpc.Core;

namespace Attune.Server.Tests.Access;

/// <summary>Callers without a credential.</summary>
public class AnonymousTests
{
    private static readonly TestClient Alice = TestClient.New("alice", "recognise adapt", "acme");

    [Fact]
    public async Task Call_SomeRolesForStrangers_TheyHaveThoseInTheDefaultTenant()
    {
        using var logs = new CapturedLogs();
        await using var server = await AccessHost.StartAsync(
            time: null, logs,
            [.. Alice.Settings, "--Access:Anonymous=recognise", "--urls", "http://0.0.0.0:0", "--Logging:LogLevel:Default", "Information"]);

        var heard = await AccessHost.SayAsync(server.Speech(credential: null), "line-7", steps: 0);
        var denied = await GrpcErrors.FailureAsync(server.Domains(credential: null).ListDomainsAsync(new ListDomainsRequest()));
        var wrong = await GrpcErrors.FailureAsync(server.Speech(ApiKey.New()).GetModelAsync(new GetModelRequest()));
        var ofAlice = await AccessHost.SayAsync(server.Speech(Alice.Key), "line-7", steps: 0);

        Assert.Equal("", heard.FinalId); // nothing is kept
        GrpcErrors.AssertError(denied, StatusCode.PermissionDenied, "PERMISSION_DENIED", "the role adapt or administer", "anonymous does not have");
        GrpcErrors.AssertError(wrong, StatusCode.Unauthenticated, "UNAUTHENTICATED", "The key is not known");
        Assert.StartsWith("acme/line-7/", ofAlice.FinalId, StringComparison.Ordinal);
        Assert.Single(logs.Lines, line => line.Contains("Let in are 1 clients, tokens of none, and others with the roles recognise", StringComparison.Ordinal));
        Assert.Single(logs.Lines, line => line.Contains("Keys and tokens travel in plain text to http://0.0.0.0:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Call_NoCredentialsConfigured_OnesThatAreShownAreNotLookedAt()
    {
        await using var server = await AccessHost.StartAsync();

        var heard = await AccessHost.SayAsync(server.Speech(Alice.Key), "line-7", steps: 0);

        Assert.StartsWith("line-7/", heard.FinalId, StringComparison.Ordinal);
        await AccessHost.StoredAsync(server.Domains(credential: null), "line-7", 1);
    }

    [Fact]
    public async Task Call_NobodyLetIn_OnlyHealthAnswers()
    {
        await using var server = await AccessHost.StartAsync("--Access:Anonymous=none");

        var refused = await GrpcErrors.FailureAsync(server.Speech(credential: null).GetModelAsync(new GetModelRequest()));
        var health = await new Grpc.Health.V1.Health.HealthClient(server.Channel(credential: null)).CheckAsync(new Grpc.Health.V1.HealthCheckRequest());

        GrpcErrors.AssertError(refused, StatusCode.Unauthenticated, "UNAUTHENTICATED");
        Assert.Equal(Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
    }
}
