using System.Net.WebSockets;
using Attune.Server.Access;
using Attune.Server.Tests.State;
using Attune.V1;

namespace Attune.Server.Tests.Access;

/// <summary>What lets somebody in is in no log, however much is logged.</summary>
public class SecretsTests
{
    [Fact]
    public async Task Log_EverythingLogged_HasNoSecret()
    {
        using var logs = new CapturedLogs();
        using var issuer = new TestIssuer();
        var now = TimeProvider.System.GetUtcNow();
        var alice = TestClient.New("alice", "recognise adapt", "acme");
        string[] secrets =
        [
            alice.Key,
            ApiKey.New(), // unknown
            "mistyped" + alice.Key[8..],
            issuer.Sign(TestIssuer.Claims(now)),
            issuer.Sign(TestIssuer.Claims(now.AddDays(-1))), // expired
            issuer.Sign(TestIssuer.Claims(now, claims => claims["aud"] = "another")),
            issuer.Sign(TestIssuer.Claims(now))[..^4] + "AAAA", // forged
            "not-a-token-but-a-secret",
            "not.a.token-but-a-secret",
        ];
        await using (var server = await AccessHost.StartAsync(
            time: null, logs, [.. alice.Settings, .. issuer.Settings, "--Serving:WebUrl", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "Trace", "--Logging:LogLevel:Microsoft", "Trace"]))
        {
            foreach (var secret in secrets)
            {
                await ((Task)server.Speech(secret).GetModelAsync(new GetModelRequest()).ResponseAsync).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                using var socket = new ClientWebSocket();
                socket.Options.AddSubProtocol(Credential.Subprotocol);
                socket.Options.AddSubProtocol(Credential.SubprotocolPrefix + secret);
                await socket.ConnectAsync(new Uri(server.Urls[1].Replace("http", "ws", StringComparison.Ordinal) + "/v1/stream"), TestStore.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }

        string[] parts = [.. secrets.Select(secret => secret.Split('.')[^1]), ApiKey.Sha256Of(alice.Key), alice.Key[ApiKey.Prefix.Length..]];
        Assert.True(logs.Lines.Count > 100);
        Assert.Contains(logs.Lines, line => line.Contains("GetModel by alice: OK", StringComparison.Ordinal));
        Assert.Contains(logs.Lines, line => line.Contains("UNAUTHENTICATED for nobody known", StringComparison.Ordinal));
        Assert.All(logs.Lines, line => Assert.DoesNotContain(parts, part => line.Contains(part, StringComparison.OrdinalIgnoreCase)));
    }
}
