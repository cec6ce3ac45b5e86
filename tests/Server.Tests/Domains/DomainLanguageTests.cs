using Attune.Server.Domains;
using Attune.Server.Serving;
using Attune.Server.State;
using Attune.Server.Tests.State;
using Attune.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Attune.Server.Tests.Domains;

/// <summary>What domains are told of their language, over a real connection.</summary>
public class DomainLanguageTests
{
    private const string Noisy = "digits-air-conditioner-10db";
    private const string Text = "Zero one two, three four five.\nSix seven eight nine!\n\nNine eight seven six";

    [Fact]
    public async Task SetDomainLanguage_Text_ServesItsDomainAtOnceAndNoOther()
    {
        await using var host = await DomainHost.StartAsync();
        var before = await host.SayAsync(sample: Noisy, steps: 0);

        var told = await host.Domains.SetDomainLanguageAsync(new SetDomainLanguageRequest { Domain = DomainHost.Line, Text = Text });
        var after = await host.SayAsync(sample: Noisy, steps: 0);
        var other = await host.SayAsync("other", Noisy, steps: 0);

        Assert.Equal(TimeSpan.FromDays(30), (told.ExpireTime - told.CreateTime).ToTimeSpan());
        Assert.Equal(before.Draft, before.Alternatives[0].Transcript);
        string[] words = ["ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE"];
        Assert.All(after.Alternatives[0].Transcript.Split(' '), word => Assert.Contains(word, words));
        Assert.Equal(before.Draft, after.Draft);
        Assert.Equal(other.Draft, other.Alternatives[0].Transcript);
    }

    [Fact]
    public async Task SetDomainLanguage_HotwordsOfANewDomain_AreBoosted()
    {
        await using var host = await DomainHost.StartAsync();

        await host.Domains.SetDomainLanguageAsync(new SetDomainLanguageRequest
        {
            Domain = "new",
            Hotwords = { new Hotword { Phrase = "seven", Boost = 12 } },
            Ttl = Duration.FromTimeSpan(TimeSpan.FromHours(1)),
        });
        var result = await host.SayAsync("new", Noisy, steps: 0);
        var told = await host.Domains.GetDomainLanguageAsync(new GetDomainLanguageRequest { Domain = "new" });

        Assert.Contains(" SEVEN", result.Alternatives[0].Transcript, StringComparison.Ordinal);
        Assert.Equal(("seven", 12), (told.Hotwords[0].Phrase, told.Hotwords[0].Boost));
        Assert.Equal(TimeSpan.FromHours(1), (told.ExpireTime - told.CreateTime).ToTimeSpan());
        Assert.Equal("new", (await host.GetAsync("new")).Name);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Delete_LanguageOrDomain_ForgetsIt(bool whole)
    {
        await using var host = await DomainHost.StartAsync();
        await host.Domains.SetDomainLanguageAsync(new SetDomainLanguageRequest { Domain = DomainHost.Line, Text = Text });

        if (whole) await host.Domains.DeleteDomainAsync(new DeleteDomainRequest { Domain = DomainHost.Line });
        else await host.Domains.DeleteDomainLanguageAsync(new DeleteDomainLanguageRequest { Domain = DomainHost.Line });
        var result = await host.SayAsync(sample: Noisy, steps: 0);

        Assert.Equal(result.Draft, result.Alternatives[0].Transcript);
        Assert.False(result.Alternatives[0].HasAcousticScore);
        foreach (var call in new[]
        {
            host.Domains.GetDomainLanguageAsync(new GetDomainLanguageRequest { Domain = DomainHost.Line }).ResponseAsync as Task,
            host.Domains.DeleteDomainLanguageAsync(new DeleteDomainLanguageRequest { Domain = DomainHost.Line }).ResponseAsync,
        })
        {
            GrpcErrors.AssertError(await Assert.ThrowsAsync<RpcException>(() => call), StatusCode.NotFound, "DOMAIN_NOT_FOUND");
        }
    }

    [Fact]
    public async Task GetAsync_ChangedByAnotherReplica_ServesAfterTheInterval()
    {
        var time = new LaterClock();
        await using var host = await DomainHost.StartAsync(time);
        var languages = host.Get<ServingModel>().Domains.Languages;
        Assert.Null((await languages.GetAsync(DomainHost.Line, TestStore.Token)).Model);

        var now = time.GetUtcNow();
        await languages.Store.WriteAsync(DomainHost.Line, new StoredLanguage(now, now.AddHours(1), Text, []), TestStore.Token);
        var early = await languages.GetAsync(DomainHost.Line, TestStore.Token);
        time.Later = DomainLanguages.RefreshInterval;
        var late = await languages.GetAsync(DomainHost.Line, TestStore.Token);
        while (late.Model is null) // read in the background
        {
            await Task.Delay(20, TestStore.Token);
            late = await languages.GetAsync(DomainHost.Line, TestStore.Token);
        }

        Assert.Null(early.Model);
        Assert.NotNull(late.Model);
    }

    /// <summary>A request that does not have to wait for the store has its answer at once.</summary>
    [Fact]
    public async Task GetAsync_MoreDomainsThanLanguages_KnowsWithoutTheStoreThatTheyWereToldNothing()
    {
        await using var host = await DomainHost.StartAsync();
        var languages = host.Get<ServingModel>().Domains.Languages;
        string[] names = [.. Enumerable.Range(0, 2 * DomainLanguages.MaxLanguages).Select(i => $"line-{i}")];
        foreach (var name in names) await languages.GetAsync(name, TestStore.Token);

        var again = names.Select(name => languages.GetAsync(name, TestStore.Token)).ToList();

        Assert.All(again, language => Assert.True(language.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task GetAsync_MoreLanguagesThanFit_ForgetsTheLeastRecentlyUsed()
    {
        await using var host = await DomainHost.StartAsync();
        var languages = host.Get<ServingModel>().Domains.Languages;
        var now = TimeProvider.System.GetUtcNow();
        string[] names = [.. Enumerable.Range(0, DomainLanguages.MaxLanguages + 1).Select(i => $"line-{i}")];
        foreach (var name in names) await languages.Store.WriteAsync(name, new StoredLanguage(now, now.AddHours(1), Text, []), TestStore.Token);
        var made = new List<Server.Domains.DomainLanguage>();
        foreach (var name in names) made.Add(await languages.GetAsync(name, TestStore.Token));

        var newest = await languages.GetAsync(names[^1], TestStore.Token);
        var second = await languages.GetAsync(names[1], TestStore.Token);
        var first = await languages.GetAsync(names[0], TestStore.Token);

        Assert.Same(made[^1], newest);
        Assert.Same(made[1], second);
        Assert.NotSame(made[0], first);
        Assert.NotNull(first.Model);
    }

    public static TheoryData<string, string, SetDomainLanguageRequest> BadFields => new()
    {
        { "domain", "Given: ''.", new() { Text = Text } },
        { "text", "Given: 262145.", new() { Domain = "a", Text = new string('a', 262_145) } },
        { "text", "must have a word", new() { Domain = "a", Text = "... 　" } },
        { "ttl", "Given: 59 s and 0 ns.", new() { Domain = "a", Text = Text, Ttl = new Duration { Seconds = 59 } } },
        { "hotwords", "Given: 21.", new() { Domain = "a", Hotwords = { new Hotword { Phrase = "ONE", Boost = 21 } } } },
        { "text or hotwords", "None of the language model's words", new() { Domain = "a", Text = "12 34" } },
        { "text or hotwords", "Given: '7up'.", new() { Domain = "a", Hotwords = { new Hotword { Phrase = "7up" } } } },
    };

    [Theory]
    [MemberData(nameof(BadFields), DisableDiscoveryEnumeration = true)]
    public async Task SetDomainLanguage_BadField_NamesFieldAndValue(string field, string given, SetDomainLanguageRequest request)
    {
        await using var host = await DomainHost.StartAsync();

        var failure = await GrpcErrors.FailureAsync(host.Domains.SetDomainLanguageAsync(request));

        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "INVALID_REQUEST", given);
        Assert.Equal([field], GrpcErrors.Fields(failure));
    }

    /// <summary>The system's clock, whose timestamps can jump ahead while its date and timers go on.</summary>
    private sealed class LaterClock : TimeProvider
    {
        public TimeSpan Later { get; set; }

        public override long GetTimestamp() => base.GetTimestamp() + (Later.Ticks * TimestampFrequency / TimeSpan.TicksPerSecond);
    }
}
