using Attune.Server.Tests.State;

namespace Attune.Server.Tests.Domains;

/// <summary>Servers killed in the middle of a slow update: every utterance is learnt from once, whoever goes on.</summary>
public class ReplicaFaultTests
{
    private const string Parameters = "suta"; // slow enough that a kill comes in between
    private const int RoundSize = 8;

    private static readonly string[] Slow =
    [
        "--Adaptation:Fast:Parameters", Parameters, "--Adaptation:Slow:UtterancesPerUpdate", "8", "--State:LeaseDuration", "00:00:01",
        "--Adaptation:Threads:Workers", "1", "--Adaptation:Threads:ThreadsPerWorker", "1",
    ];

    public static TheoryData<string> Kinds => TestStore.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Learn_ServerKilledInTheMiddle_TheNextOneDoesItOnce(string kind)
    {
        using var store = new LastingStore(kind);
        string[] settings = [.. store.Settings, .. Slow];
        var ids = new List<string>();
        using (var victim = await ServerProcess.StartAsync(settings))
        {
            for (var i = 0; i < RoundSize; i++) ids.Add(await victim.SayAsync(DomainHost.Line));
            await using var watch = LeaseWatch.Open(store, DomainHost.Line, Parameters, isServed: true);
            await watch.KeptAsync();
            victim.Kill();
        }

        await using (var left = LeaseWatch.Open(store, DomainHost.Line, Parameters, isServed: false))
        {
            Assert.Equal(0, await left.Stores.Events.LastIdAsync(TestStore.Token));
            Assert.Equal(RoundSize, await left.Stores.Domains.CountWaitingAsync(DomainHost.Line, TestStore.Token));
        }

        await using var next = await DomainHost.StartAsync(settings);
        var events = await ReadAsync(next.Domains, RoundSize);
        var domain = await next.GetAsync();

        Assert.Equal(ids.Select(Id), Assert.Single(events).UtteranceIds);
        CheckReplay(events, ids, domain);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Learn_HolderOfTheLeaseKilledAmongReplicas_OneUpdateForEachRound(int count)
    {
        using var store = new LastingStore(TestStore.External);
        var replicas = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => ServerProcess.StartAsync([.. store.Settings, .. Slow])));
        try
        {
            var ids = await SayAsync(replicas, RoundSize);
            await using var watch = LeaseWatch.Open(store, DomainHost.Line, Parameters, isServed: true);
            var lease = await watch.KeptAsync();
            var holder = replicas.Single(replica => lease.StartsWith($"{Environment.MachineName}/{replica.Id}/", StringComparison.Ordinal));
            holder.Kill();
            Assert.True(await watch.RunsOutAsync(lease)); // it was the holder
            Assert.Equal(0, await watch.Stores.Events.LastIdAsync(TestStore.Token));

            ServerProcess[] left = [.. replicas.Where(replica => replica != holder)];
            ids.AddRange(await SayAsync(left, 2 * RoundSize));
            var events = await ReadAsync(left[^1].Domains, ids.Count);
            var domain = await left[0].Domains.GetDomainAsync(new V1.GetDomainRequest { Domain = DomainHost.Line }, cancellationToken: TestStore.Token);

            Assert.Equal(3, events.Count);
            CheckReplay(events, ids, domain);
        }
        finally
        {
            foreach (var replica in replicas) replica.Dispose();
        }
    }

    /// <summary>Says something to each in turn.</summary>
    private static async Task<List<string>> SayAsync(ServerProcess[] replicas, int count)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++) ids.Add(await replicas[i % replicas.Length].SayAsync(DomainHost.Line));
        return ids;
    }

    /// <summary>Reads events until so many utterances are used up.</summary>
    private static async Task<List<V1.DomainEvent>> ReadAsync(V1.Adaptation.AdaptationClient domains, int utterances)
    {
        var request = new V1.WatchEventsRequest { Domain = DomainHost.Line, AfterId = 0 };
        using var watch = domains.WatchEvents(request, cancellationToken: TestStore.Token);
        var events = new List<V1.DomainEvent>();
        while (events.Sum(item => item.UtteranceIds.Count) < utterances) events.Add(await DomainHost.NextAsync(watch));
        return events;
    }

    /// <summary>Replays the events: each a whole round, no utterance twice, none left out, and in the end the domain as it is.</summary>
    private static void CheckReplay(List<V1.DomainEvent> events, List<string> ids, V1.Domain domain)
    {
        var current = 0L;
        foreach (var item in events)
        {
            Assert.Equal((RoundSize, current), (item.UtteranceIds.Count, item.ParentRevision));
            if (item.Kind != V1.DomainEvent.Types.Kind.Refused) current = item.Revision;
        }

        Assert.Equal(ids.Select(Id).Order(), events.SelectMany(item => item.UtteranceIds).Order());
        Assert.Equal((current, (long)ids.Count, (long)ids.Count, 0L), (domain.Revision, domain.Utterances, domain.UtterancesLearnt, domain.UtterancesWaiting));
        Assert.Equal(events.Count, domain.Updates + domain.Refused + domain.Resets);
    }

    private static string Id(string finalId) => finalId.Split('/')[1];
}
