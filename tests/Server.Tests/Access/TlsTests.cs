using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Attune.Server.Access;
using Attune.Server.Configuration;
using Attune.Server.Tests.Serving.Streaming;
using Attune.Server.Tests.State;
using Attune.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Attune.Server.Tests.Access;

/// <summary>TLS, mutual TLS, and certificates renewed while streams go on.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new("Test");
    private readonly List<IDisposable> _open = [];

    private string CertificateFile => _folder.File("server.pem");

    private string KeyFile => _folder.File("server.key");

    private string[] Settings => ["--urls", "https://127.0.0.1:0", $"--Access:Tls:Certificate={CertificateFile}", $"--Access:Tls:Key={KeyFile}"];

    public void Dispose()
    {
        foreach (var item in _open) item.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Reload_CertificateRenewed_NewConnectionsGetItAndAnOpenStreamGoesOn()
    {
        var before = Install();
        await using var server = await AccessHost.StartAsync(Settings);
        var tls = server.Services.GetRequiredService<ServerTls>();
        var first = Connect(server.Url);
        using var stream = new StreamCall(first.Speech, TestStore.Token);
        var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.FromSeconds(1.2), "digits-clean-2", "digits-clean-3"));
        await stream.SendAsync(StreamCall.Config());
        await stream.SendAsync(audio[..(audio.Length / 2)], 3200);
        Assert.True(await stream.Call.ResponseStream.MoveNext(TestStore.Token));

        Assert.False(tls.Reload()); // nothing new
        var after = Install();
        Assert.True(tls.Reload());
        var second = Connect(server.Url);
        await second.Speech.GetModelAsync(new GetModelRequest());
        await stream.SendAsync(audio[(audio.Length / 2)..], 3200);
        await stream.CompleteAsync();
        var rest = await stream.ReadAllAsync();

        Assert.NotEqual(before, after);
        Assert.Equal((before, after), (Assert.Single(first.Serials), Assert.Single(second.Serials)));
        Assert.Contains("FIVE EIGHT THREE", Finals(await StreamCall.RunAsync(second.Speech, StreamCall.Config(), audio)), StringComparison.Ordinal);
        Assert.NotEmpty(Finals(rest));
    }

    [Fact]
    public async Task Reload_FileHalfWritten_TheCertificateBeforeServesOn()
    {
        var before = Install();
        using var logs = new CapturedLogs();
        await using var server = await AccessHost.StartAsync(time: null, logs, [.. Settings, "--Logging:LogLevel:Default", "Information"]);
        var tls = server.Services.GetRequiredService<ServerTls>();

        await File.WriteAllTextAsync(CertificateFile, "-----BEGIN CERT", TestStore.Token);
        var changed = new[] { tls.Reload(), tls.Reload() };
        var client = Connect(server.Url);
        await client.Speech.GetModelAsync(new GetModelRequest());
        var after = Install();
        var repaired = tls.Reload();

        Assert.Equal([false, false], changed);
        Assert.Equal(before, Assert.Single(client.Serials));
        Assert.Single(logs.Lines, line => line.Contains("The certificate before goes on serving. Access:Tls:Certificate", StringComparison.Ordinal));
        Assert.True(repaired);
        Assert.Single(logs.Lines, line => line.Contains($"serial number {after}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connect_ClientCertificates_AreHeldAgainstTheAuthoritiesAndMapped()
    {
        using var clients = new TestAuthority("Clients");
        using var strangers = new TestAuthority("Clients"); // of the same name, with other keys
        Install();
        await File.WriteAllTextAsync(_folder.File("clients.pem"), clients.RootPem, TestStore.Token);
        var keyed = TestClient.New("keyed", "recognise", "beta");
        await using var server = await AccessHost.StartAsync(
        [
            .. Settings, $"--Access:Tls:ClientAuthorities={_folder.File("clients.pem")}", "--Access:Clients:recorder:CertificateSubject=CN=recorder-3",
            "--Access:Clients:recorder:Tenant=acme", "--Access:Clients:recorder:Roles=recognise adapt", .. keyed.Settings,
        ]);

        var known = Connect(server.Url, clients.CertifyClient("CN=recorder-3"));
        var served = await AccessHost.SayAsync(known.Speech, "line-7", steps: 0);
        var unknown = await GrpcErrors.FailureAsync(Connect(server.Url, clients.CertifyClient("CN=recorder-4")).Speech.GetModelAsync(new GetModelRequest()));
        var forged = await GrpcErrors.FailureAsync(Connect(server.Url, strangers.CertifyClient("CN=recorder-3")).Speech.GetModelAsync(new GetModelRequest()));
        var without = await GrpcErrors.FailureAsync(Connect(server.Url).Speech.GetModelAsync(new GetModelRequest()));
        await Connect(server.Url, credential: keyed.Key).Speech.GetModelAsync(new GetModelRequest());

        Assert.StartsWith("acme/line-7/", served.FinalId, StringComparison.Ordinal);
        GrpcErrors.AssertError(unknown, StatusCode.Unauthenticated, "UNAUTHENTICATED", "No client has the certificate's subject");
        Assert.Contains(forged.StatusCode, new[] { StatusCode.Unavailable, StatusCode.Internal }); // the handshake ends it
        Assert.Null(forged.GetRpcStatus());
        GrpcErrors.AssertError(without, StatusCode.Unauthenticated, "UNAUTHENTICATED", "No credential was shown");
    }

    [Fact]
    public async Task Connect_ClientCertificatesRequired_NobodyComesWithoutOne()
    {
        using var clients = new TestAuthority("Clients");
        Install();
        await File.WriteAllTextAsync(_folder.File("clients.pem"), clients.RootPem, TestStore.Token);
        var keyed = TestClient.New("keyed", "recognise");
        await using var server = await AccessHost.StartAsync(
        [
            .. Settings, $"--Access:Tls:ClientAuthorities={_folder.File("clients.pem")}", "--Access:Tls:ClientCertificates=required", .. keyed.Settings,
        ]);

        var refused = await GrpcErrors.FailureAsync(Connect(server.Url, credential: keyed.Key).Speech.GetModelAsync(new GetModelRequest()));
        await Connect(server.Url, clients.CertifyClient("CN=anybody"), keyed.Key).Speech.GetModelAsync(new GetModelRequest());

        Assert.Contains(refused.StatusCode, new[] { StatusCode.Unavailable, StatusCode.Internal });
    }

    [Theory]
    [InlineData("--Access:Tls:Certificate=/no/such.pem", "Access:Tls:Certificate /no/such.pem cannot be used")]
    [InlineData("--Access:Tls:Key=/no/such.key", "Access:Tls:Key belongs to Certificate, which is missing.")]
    [InlineData("--Access:Tls:ClientAuthorities=/no/such.pem", "Access:Tls:ClientAuthorities /no/such.pem cannot be used")]
    [InlineData("--Access:Tls:ClientCertificates=required", "can be required only with ClientAuthorities")]
    [InlineData("--Access:Tls:ClientCertificates=always", "must be optional or required. Given: 'always'.")]
    public async Task BuildAsync_TlsThatCannotBe_SaysWhy(string setting, string words)
    {
        var exception = await Assert.ThrowsAsync<ConfigurationException>(() => ServerHost.BuildAsync([setting]));

        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Writes a new certificate of the server.</summary>
    /// <returns>Its serial number.</returns>
    private string Install()
    {
        var (certificate, key, serial) = _authority.CertifyServer();
        File.WriteAllText(CertificateFile, certificate);
        File.WriteAllText(KeyFile, key);
        return serial;
    }

    /// <summary>A connection of its own, which believes the authority's root alone and notes what certificates it is shown.</summary>
    private (Speech.SpeechClient Speech, List<string> Serials) Connect(string url, SslStreamCertificateContext? certificate = null, string? credential = null)
    {
        var serials = new List<string>();
        var handler = new SocketsHttpHandler();
        handler.SslOptions.ClientCertificateContext = certificate;
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { _authority.Root },
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, errors) =>
        {
            serials.Add(shown!.GetSerialNumberString());
            return errors == SslPolicyErrors.None;
        };
        var http = new HttpClient(handler);
        if (credential is not null) http.DefaultRequestHeaders.Authorization = new("Bearer", credential);
        var channel = GrpcChannel.ForAddress(url, new GrpcChannelOptions { HttpClient = http, DisposeHttpClient = true });
        _open.Add(channel);
        return (new Speech.SpeechClient(channel), serials);
    }

    private static string Finals(IEnumerable<StreamingRecognizeResponse> responses) => string.Join(
        ' ', responses.SelectMany(response => response.Results).Where(result => result.IsFinal).Select(result => result.Alternatives[0].Transcript));
}
