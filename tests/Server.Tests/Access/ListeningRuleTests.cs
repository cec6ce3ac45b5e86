using Attune.Server.Access;
using Attune.Server.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Attune.Server.Tests.Access;

public class ListeningRuleTests
{
    private static readonly (string Key, string Value) Certificate = ("Access:Tls:Certificate", "server.pem");

    [Theory]
    [InlineData("urls", "http://127.0.0.1:5190")]
    [InlineData("urls", "http://localhost:5190;http://[::1]:5190")]
    [InlineData("urls", "http://unix:/run/attune.sock")]
    [InlineData("Kestrel:Endpoints:Grpc:Url", "https://127.0.0.2:8443")]
    public void Check_NobodyElseReachesIt_Passes(string key, string value) => Check([(key, value), Certificate]);

    [Theory]
    [InlineData("urls", "http://*:5190")]
    [InlineData("urls", "http://127.0.0.1:5190;https://0.0.0.0:8443")]
    [InlineData("urls", "http://[::]:5190")]
    [InlineData("urls", "http://192.168.0.7:5190")]
    [InlineData("urls", "http://speech.example:80")]
    [InlineData("http_ports", "8080")]
    [InlineData("https_ports", "8081;8082")]
    [InlineData("Kestrel:Endpoints:Grpc:Url", "https://+:8443")]
    public void Check_OthersReachItWithoutCredentials_SaysWhatToDo(string key, string value)
    {
        var exception = Assert.Throws<ConfigurationException>(() => Check([(key, value), Certificate]));

        Assert.Contains("attune key new", exception.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--Access:Anonymous=recognise", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Access:Anonymous", "recognise")]
    [InlineData("Access:Anonymous", "none")]
    [InlineData("Access:Clients:alice:KeySha256", "00")]
    [InlineData("Access:Jwt:Issuer", "https://issuer.example")]
    public void Check_OthersReachItAsSomebodySaid_Passes(string key, string value) => Check([("urls", "http://*:5190"), (key, value)]);

    [Fact]
    public async Task BuildAsync_PublicAddressWithoutCredentials_IsRefused()
    {
        var exception = await Assert.ThrowsAsync<ConfigurationException>(() => ServerHost.BuildAsync(["--urls", "http://*:0"]));
        var door = await Assert.ThrowsAsync<ConfigurationException>(() => ServerHost.BuildAsync(["--Serving:WebUrl", "http://0.0.0.0:0"]));

        Assert.Contains("Other machines reach http://*:0", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Other machines reach http://0.0.0.0:0", door.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_HttpsWithoutCertificate_SaysWhatToGive()
    {
        var exception = Assert.Throws<ConfigurationException>(() => Check([("urls", "https://127.0.0.1:8443")]));

        Assert.Contains("https://127.0.0.1:8443 needs a certificate. Give Access:Tls:Certificate and Access:Tls:Key", exception.Message, StringComparison.Ordinal);
        Check([("Kestrel:Endpoints:Grpc:Url", "https://127.0.0.1:8443"), ("Kestrel:Endpoints:Grpc:Certificate:Path", "server.pfx")]);
    }

    [Fact]
    public void PlainText_Addresses_AreThoseThatOthersReach() => Assert.Equal(
        ["http://[::]:5190"], ListeningRule.PlainText(Configure([("urls", "http://127.0.0.1:1;https://0.0.0.0:2;http://[::]:5190")])));

    [Fact]
    public void Check_OthersReachTheDoorForMetricsAlone_Passes() => Check(
        [("Kestrel:Endpoints:Grpc0:Url", "http://127.0.0.1:5190"), ("Kestrel:Endpoints:Metrics:Url", "http://0.0.0.0:9464")]);

    private static IConfigurationRoot Configure((string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(item => item.Key, item => (string?)item.Value)).Build();

    private static void Check((string Key, string Value)[] settings)
    {
        var configuration = Configure(settings);
        ListeningRule.Check(
            configuration,
            new AccessRules(
                Options.Create(configuration.GetSection("Access").Get<AccessOptions>() ?? new AccessOptions()),
                Options.Create(configuration.GetSection("Access:Jwt").Get<JwtOptions>() ?? new JwtOptions())));
    }
}
