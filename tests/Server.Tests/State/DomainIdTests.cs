using Attune.Server.State;

namespace Attune.Server.Tests.State;

public class DomainIdTests
{
    [Theory]
    [InlineData("default", "line-7", "line-7")] // as before there were tenants
    [InlineData("acme", "line-7", "/acme/line-7")]
    public void Key_Always_IsReadBack(string tenant, string name, string key)
    {
        var id = new DomainId(tenant, name);

        Assert.Equal(key, id.Key);
        Assert.Equal(id, DomainId.Parse(key));
    }

    [Fact]
    public void Range_TenantsAlike_HoldTheirOwnKeysAndNoOthers()
    {
        string[] tenants = ["default", "a", "ac", "acme", "acme-2", "acme.x", "acme0", "acme_", "z9", "Z"];
        string[] names = ["0", "9", "A", "Z", "a", "line-7", "z", "zz.z"];
        DomainId[] all = [.. tenants.SelectMany(tenant => names.Select(name => new DomainId(tenant, name)))];

        Assert.All(tenants, tenant =>
        {
            var (after, before) = DomainId.Range(tenant);
            var inside = all.Where(id => string.CompareOrdinal(id.Key, after) > 0 && string.CompareOrdinal(id.Key, before) < 0);
            Assert.Equal(all.Where(id => id.Tenant == tenant), inside);
        });
        Assert.Equal(all.Length, all.Select(id => id.Key).Distinct().Count());
    }

    [Theory]
    [InlineData("line-7/5f1c0e2ab94d4c0f8a6f0f2d3c4b5a69", "line-7")]
    [InlineData("acme/line-7/5f1c0e2ab94d4c0f8a6f0f2d3c4b5a69", "/acme/line-7")]
    public void TryParse_FinalOfATenant_IsReadBack(string text, string domain)
    {
        Assert.True(FinalId.TryParse(text, out var id));

        Assert.Equal((domain, text), (id.Domain, id.ToString()));
    }

    [Theory]
    [InlineData("/line-7/5f1c0e2ab94d4c0f8a6f0f2d3c4b5a69")]
    [InlineData("a/b/c/5f1c0e2ab94d4c0f8a6f0f2d3c4b5a69")]
    [InlineData("line-7/5f1c")]
    public void TryParse_NoFinal_IsRefused(string text) => Assert.False(FinalId.TryParse(text, out _));
}
