using Attune.Server.Access;
using Attune.Server.Tests.Serving.Streaming;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Attune.Server.Tests.Access;

public class CallerUsageTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Begin_AsManyAsAllowedAtWork_IsRefusedUntilOneEnds()
    {
        var usage = new CallerUsage("alice", new LimitOptions { ConcurrentRequests = 2 }, _clock);
        var first = usage.Begin();
        usage.Begin();

        var refusal = Assert.Throws<QuotaExceededException>(usage.Begin);
        first.Dispose();

        Assert.Contains("alice may use 2 requests at the same time (Access:Limits:ConcurrentRequests", refusal.Message, StringComparison.Ordinal);
        usage.Begin();
    }

    [Fact]
    public void Begin_AudioOfTheDayUsedUp_SaysWhenToTryAgain()
    {
        var usage = new CallerUsage("alice", new LimitOptions { AudioPerMinute = TimeSpan.FromMinutes(1), AudioPerDay = TimeSpan.FromHours(1) }, _clock);
        usage.Hear(TimeSpan.FromHours(1.5));

        var refusal = Assert.Throws<QuotaExceededException>(usage.Begin);

        Assert.Equal(TimeSpan.FromHours(12), refusal.RetryAfter); // half an hour at an hour a day
        Assert.Contains("3600 s of audio in 86400 s (Access:Limits:AudioPerDay", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Try again in 43200 s.", refusal.Message, StringComparison.Ordinal);
        _clock.Advance(refusal.RetryAfter + TimeSpan.FromSeconds(1));
        usage.Begin();
    }

    [Fact]
    public void MayAdapt_StepsUsedUp_ComesBackWithTime()
    {
        var usage = new CallerUsage("alice", new LimitOptions { AdaptationPerMinute = TimeSpan.FromSeconds(6) }, _clock);

        usage.Adapt(TimeSpan.FromSeconds(7));

        Assert.False(usage.MayAdapt);
        usage.Begin(); // recognition goes on
        _clock.Advance(TimeSpan.FromSeconds(11));
        Assert.True(usage.MayAdapt);
    }

    [Fact]
    public void Fields_Allowances_AreThoseOfTheStandard()
    {
        var usage = new CallerUsage(
            "alice", new LimitOptions { AudioPerMinute = TimeSpan.FromSeconds(60), AdaptationPerDay = TimeSpan.FromMinutes(10) }, _clock);
        usage.Hear(TimeSpan.FromSeconds(61.5));
        usage.Adapt(TimeSpan.FromSeconds(1.2));

        Assert.Equal(
            [
                ("ratelimit-policy", "\"audio-minute\";q=60;qu=\"seconds\";w=60, \"adaptation-day\";q=600;qu=\"seconds\";w=86400"),
                ("ratelimit", "\"audio-minute\";r=0;t=2, \"adaptation-day\";r=598;t=0"),
            ],
            usage.Fields());
        Assert.Empty(new CallerUsage("bob", new LimitOptions(), _clock).Fields());
    }

    [Fact]
    public void Of_Callers_ShareUsageByClientSubjectAndAddress()
    {
        var access = new AccessOptions { Clients = { ["alice"] = new ClientOptions { AudioPerMinute = TimeSpan.FromSeconds(5) } } };
        var directory = new CallerDirectory(Options.Create(access), Options.Create(new LimitOptions { AudioPerMinute = TimeSpan.FromSeconds(9) }), _clock);
        Caller Of(System.Security.Claims.ClaimsPrincipal? user, string address = "10.0.0.1")
        {
            var context = new DefaultHttpContext();
            context.Connection.RemoteIpAddress = System.Net.IPAddress.Parse(address);
            if (user is not null) context.User = user;
            return directory.Of(context);
        }

        var alice = CallerIdentity.Create(ClientAuthentication.SchemeName, "alice", "acme", ["adapt"], "alice");
        var subject = CallerIdentity.Create(TokenAuthentication.SchemeName, "alice", "acme", ["recognise"]);
        var elsewhere = CallerIdentity.Create(TokenAuthentication.SchemeName, "alice", "beta", ["recognise"]);

        Assert.Equal(("alice", "acme", true), (Of(alice).Name, Of(alice).Tenant, Of(alice).MayTeach));
        Assert.Same(Of(alice).Usage, Of(alice, "10.0.0.2").Usage);
        Assert.Contains(";q=5;", Of(alice).Usage.Fields().First().Value, StringComparison.Ordinal);
        Assert.Contains(";q=9;", Of(subject).Usage.Fields().First().Value, StringComparison.Ordinal);
        CallerUsage[] usages = [Of(alice).Usage, Of(subject).Usage, Of(elsewhere).Usage, Of(null).Usage, Of(null, "10.0.0.2").Usage];
        Assert.Equal(usages.Length, usages.Distinct().Count());
    }
}
