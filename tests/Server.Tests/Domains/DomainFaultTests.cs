using Attune.Server.Tests.State;

namespace Attune.Server.Tests.Domains;

/// <summary>What breaks around domains that learn: the store, the clock, another domain.</summary>
public class DomainFaultTests
{
    [Fact]
    public async Task Recognize_RedisKilledInTheMiddleOfTraffic_NothingFailsAndNothingIsLost()
    {
        using var store = new LastingStore(TestStore.External);
        await using var host = await DomainHost.StartAsync([.. store.Settings, "--State:OperationTimeout", "00:00:00.5"]);
        await host.TeachAsync();
        var finals = new List<V1.SpeechRecognitionResult>();

        for (var i = 0; i < 24; i++)
        {
            if (i == 6) store.Redis!.Kill();
            if (i == 16) store.Redis!.Restart();
            finals.Add(await host.SayAsync());
        }

        await host.StoredAsync(DomainHost.Line, 2 + finals.Count);
        Assert.All(finals, final => Assert.NotEmpty(final.Alternatives[0].Transcript));
        Assert.All(finals, final => Assert.NotEmpty(final.FinalId));
        Assert.All(finals, final => Assert.True(final.Revision.Number >= 1)); // never the model, for want of a store
        Assert.Equal(0, host.Outbox.Refused);
        Assert.Equal(2 + finals.Count, (await host.GetAsync()).Utterances);
    }

    [Fact]
    public async Task Learn_ClockJumps_EveryUpdateCountsOnce()
    {
        var clock = new ShiftedClock();
        await using var host = await DomainHost.StartAsync(clock);

        var first = await host.TeachAsync();
        clock.Shift = TimeSpan.FromDays(-400);
        var second = await host.TeachAsync();
        clock.Shift = TimeSpan.FromDays(400);
        var third = await host.TeachAsync();

        Assert.Equal([(1L, 0L), (2, 1), (3, 2)], new[] { first, second, third }.Select(update => (update.Revision, update.ParentRevision)));
        Assert.True(first.Id < second.Id && second.Id < third.Id);
        Assert.Equal((6, 6, 3), ((await host.GetAsync()).Utterances, (await host.GetAsync()).UtterancesLearnt, (await host.SayAsync()).Revision.Number));
    }

    [Fact]
    public async Task Recognize_TrafficOfAnotherDomain_ChangesNoBit()
    {
        var alone = await SayAllAsync(besides: 0);
        var crowded = await SayAllAsync(besides: 2);

        Assert.Equal(alone, crowded);
    }

    [Fact]
    public async Task Recognize_DiskOfTheStoreFull_NothingFailsAndNothingIsLost()
    {
        using var folder = new TemporaryFolder();
        using var disk = SmallDisk.TryMount(folder.File("disk"), megabytes: 192);
        if (disk is null) Assert.Skip("File systems cannot be mounted here.");
        string[] settings = ["--State:Directory", Path.Combine(disk.Folder, "state"), "--State:MinimumFreeBytes", "0", "--State:OperationTimeout", "00:00:00.5"];
        var served = new List<V1.SpeechRecognitionResult>();
        await using (var host = await DomainHost.StartAsync(settings))
        {
            await host.TeachAsync();
            disk.Fill();
            for (var i = 0; i < 6; i++) served.Add(await host.SayAsync());
            disk.Free();
            for (var i = 0; i < 2; i++) served.Add(await host.SayAsync());

            await host.LearntAsync(DomainHost.Line, 10);
            Assert.Equal(0, host.Outbox.Refused);
        }

        await using var again = await DomainHost.StartAsync(settings);
        var after = await again.GetAsync();

        Assert.All(served, final => Assert.NotEmpty(final.Alternatives[0].Transcript));
        Assert.All(served, final => Assert.NotEmpty(final.FinalId));
        Assert.All(served, final => Assert.True(final.Revision.Number >= 1)); // never the model, for want of a store
        Assert.Equal((10, 10, 5), (after.Utterances, after.UtterancesLearnt, after.Updates + after.Refused));
    }

    [Fact]
    public async Task Learn_AnotherDomainFloods_ItsTurnComesAfterTheNextUpdateAtTheLatest()
    {
        await using var host = await DomainHost.StartAsync();
        for (var i = 0; i < 40; i++) await host.SayAsync("flood", steps: 0);
        await host.StoredAsync("flood", 40);
        for (var i = 0; i < 2; i++) await host.SayAsync(steps: 0);
        await host.StoredAsync(DomainHost.Line, 2);
        var ready = await host.LastEventAsync();
        var waiting = (await host.GetAsync("flood")).UtterancesWaiting;
        using var watch = host.Watch(DomainHost.Line, after: 0);

        var update = await DomainHost.NextAsync(watch);

        Assert.True(waiting >= 8, $"{waiting} utterances wait: no flood.");
        Assert.InRange(update.Id, 1, ready + 2); // one update of the other domain was at work, and then it was this one's turn
    }

    /// <summary>What a domain is answered over several updates, while another one is spoken to.</summary>
    private static async Task<List<string>> SayAllAsync(int besides)
    {
        await using var host = await DomainHost.StartAsync();
        var answers = new List<string>();
        using var ending = new CancellationTokenSource();
        var noise = Enumerable.Range(0, besides).Select(_ => Task.Run(async () =>
        {
            while (!ending.IsCancellationRequested) await host.SayAsync("noise", "digits-air-conditioner-10db", steps: 2);
        })).ToArray();
        for (var i = 0; i < 2; i++)
        {
            var update = await host.TeachAsync();
            await host.Catalogue.RefreshAsync(DomainHost.Line);
            using var next = host.Watch(DomainHost.Line, after: await host.LastEventAsync());
            var said = await host.SayAsync(steps: 2);
            answers.Add($"{update.LossBefore:R} {update.LossAfter:R} {said.Alternatives[0]} {said.Revision.Number} {said.Adaptation.LossBefore:R} {said.Adaptation.LossAfter:R}");
            await host.SayAsync(steps: 2); // learnt from as well, and an even number, so that the next update begins with the next round
            await DomainHost.NextAsync(next); // the update of these two
            await host.Catalogue.RefreshAsync(DomainHost.Line);
        }

        await ending.CancelAsync();
        await Task.WhenAll(noise);
        return answers;
    }
}
