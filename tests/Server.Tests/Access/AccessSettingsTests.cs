using Attune.Server.Access;
using Attune.Server.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Attune.Server.Tests.Access;

public class AccessSettingsTests
{
    private static readonly string Hash = ApiKey.Sha256Of(ApiKey.New());

    [Fact]
    public void New_Keys_AreMarkedAndRandom()
    {
        var (first, second) = (ApiKey.New(), ApiKey.New());

        Assert.Matches("^attune_[A-Za-z0-9_-]{43}$", first);
        Assert.NotEqual(first, second);
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", ApiKey.Sha256Of("abc")); // FIPS 180-4
    }

    [Fact]
    public void Check_ClientWithEverything_Passes() => Check(
        ("Access:Anonymous", "recognise"),
        ("Access:Clients:alice:KeySha256", Hash),
        ("Access:Clients:alice:Tenant", "acme"),
        ("Access:Clients:alice:Roles", "recognise adapt administer"),
        ("Access:Clients:alice:ConcurrentRequests", "2"),
        ("Access:Clients:alice:AudioPerMinute", "00:10:00"),
        ("Access:Clients:recorder:CertificateSubject", "CN=recorder"),
        ("Access:Limits:AdaptationPerDay", "01:00:00"),
        ("Access:Jwt:Issuer", "https://issuer.example"),
        ("Access:Jwt:Audience", "attune"));

    [Theory]
    [InlineData("Access:Anonymous", "everything", "must be 'none', or be roles separated by spaces: recognise, adapt, administer. Given: 'everything'.")]
    [InlineData("Access:Client:alice:Roles", "adapt", "Access:Client is not a setting. Access has Anonymous, Clients, Limits, Jwt, Tls.")]
    [InlineData("Access:Clients:alice:Role", "adapt", "Access:Clients:alice:Role is not a setting. Access:Clients:alice has KeySha256,")]
    [InlineData("Access:Clients:alice:Roles", "recognise,adapt", "Access:Clients:alice:Roles must be roles separated by spaces")]
    [InlineData("Access:Clients:alice:Tenant", "a/b", "Access:Clients:alice:Tenant must have 1 to 64 letters")]
    [InlineData("Access:Clients:alice:AudioPerMinute", "00:00:00", "Access:Clients:alice:AudioPerMinute must be between 00:00:01")]
    [InlineData("Access:Clients:bob:Tenant", "acme", "Access:Clients:bob must have KeySha256 or CertificateSubject.")]
    [InlineData("Access:Limits:ConcurrentRequests", "0", "Access:Limits:ConcurrentRequests must be between 1 and 100000. Given: '0'.")]
    [InlineData("Access:Jwt:Issuer", "https://issuer.example", "Access:Jwt:Audience must be given")]
    [InlineData("Access:Jwt:Audience", "attune", "Access:Jwt:Issuer must be given")]
    public void Check_BadSetting_SaysTheRule(string key, string value, string message)
    {
        var exception = Assert.Throws<ConfigurationException>(() => Check(("Access:Clients:alice:KeySha256", Hash), (key, value)));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://issuer.example")]
    [InlineData("issuer")]
    public void Check_KeysFetchedFromWhereTheyCouldBeExchanged_IsRefused(string issuer)
    {
        var exception = Assert.Throws<ConfigurationException>(() => Check(("Access:Jwt:Issuer", issuer), ("Access:Jwt:Audience", "attune")));

        Assert.Contains($"must be an https address to fetch the keys from, unless KeysFile has them. Given: '{issuer}'.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_KeyInPlaceOfItsHash_IsRefusedWithoutTellingIt()
    {
        var key = ApiKey.New();

        var exception = Assert.Throws<ConfigurationException>(() => Check(("Access:Clients:alice:KeySha256", key)));

        Assert.Contains("Access:Clients:alice:KeySha256 must have 64 hexadecimal digits", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_TwoClientsWithOneKey_IsRefused()
    {
        var exception = Assert.Throws<ConfigurationException>(
            () => Check(("Access:Clients:alice:KeySha256", Hash), ("Access:Clients:bob:KeySha256", Hash.ToUpperInvariant())));

        Assert.Contains("alice and bob have the same key", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Hash, exception.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task BuildAsync_Always_MakesNoKeysInTheUsersHome()
    {
        await using var app = await ServerHost.BuildAsync([]);

        Assert.DoesNotContain(
            app.Services.GetServices<IHostedService>(), service => service.GetType().Assembly == typeof(Microsoft.AspNetCore.DataProtection.DataProtectionOptions).Assembly);
    }

    private static void Check(params (string Key, string Value)[] settings) => OptionSections.Check(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(item => item.Key, item => (string?)item.Value)).Build());
}
