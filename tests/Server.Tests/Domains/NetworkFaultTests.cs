using Attune.Server.Tests.State;

namespace Attune.Server.Tests.Domains;

/// <summary>A network between server and Redis that is slow or cut, which neither side is told.</summary>
public class NetworkFaultTests
{
    [Fact]
    public async Task Recognize_RedisCutOff_AnswersFromTheRevisionInMemoryAndStoresLater()
    {
        using var store = new LastingStore(TestStore.External);
        using var network = new RedisProxy(store.Redis!.ConnectionString);
        await using var host = await DomainHost.StartAsync("--State:Redis", network.ConnectionString, "--State:OperationTimeout", "00:00:00.3", "--State:LoadTimeout", "00:00:00.3");
        await host.TeachAsync();

        network.Cut();
        var known = new List<V1.SpeechRecognitionResult>();
        for (var i = 0; i < 6; i++) known.Add(await host.SayAsync());
        var unknown = await host.SayAsync("another"); // nothing is known of it, and nobody can be asked
        network.Heal();
        await host.LearntAsync(DomainHost.Line, 2 + known.Count);
        await host.StoredAsync("another", 1);
        var domain = await host.GetAsync();

        Assert.All(known, final => Assert.True(final.Revision.Number >= 1));
        Assert.All(known.Append(unknown), final => Assert.NotEmpty(final.Alternatives[0].Transcript));
        Assert.All(known.Append(unknown), final => Assert.NotEmpty(final.FinalId));
        Assert.Equal(0, unknown.Revision?.Number ?? 0); // the model itself
        Assert.Equal(0, host.Outbox.Refused);
        Assert.Equal((8L, 8L, 4L), (domain.Utterances, domain.UtterancesLearnt, domain.Updates + domain.Refused));
    }

    [Fact]
    public async Task Recognize_RedisSlow_EverythingIsStoredAndLearntFromOnce()
    {
        using var store = new LastingStore(TestStore.External);
        using var network = new RedisProxy(store.Redis!.ConnectionString);
        await using var host = await DomainHost.StartAsync("--State:Redis", network.ConnectionString);
        await host.TeachAsync();

        network.Delay = TimeSpan.FromMilliseconds(100);
        var finals = new List<V1.SpeechRecognitionResult>();
        for (var i = 0; i < 6; i++) finals.Add(await host.SayAsync());
        var waiting = host.Outbox.Waiting; // recognition did not wait for what the store takes ten times as long for
        await host.LearntAsync(DomainHost.Line, 2 + finals.Count);
        var domain = await host.GetAsync();

        Assert.True(waiting > 0, "Everything was stored before the answer.");
        Assert.All(finals, final => Assert.True(final.Revision.Number >= 1));
        Assert.Equal(0, host.Outbox.Refused);
        Assert.Equal((8L, 8L, 4L), (domain.Utterances, domain.UtterancesLearnt, domain.Updates + domain.Refused));
    }
}
