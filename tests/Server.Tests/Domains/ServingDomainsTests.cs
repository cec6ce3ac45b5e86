using Attune.Riva.Asr;
using Attune.Server.Tests.Serving.Streaming;
using Attune.Server.Tests.State;
using Google.Protobuf;

namespace Attune.Server.Tests.Domains;

/// <summary>What clients see of a domain that learns, over a real connection.</summary>
public class ServingDomainsTests
{
    public static TheoryData<string> Kinds => TestStore.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Recognize_DomainLearns_AnswersSayWith(string kind)
    {
        using var store = new LastingStore(kind);
        await using var host = await DomainHost.StartAsync(store.Settings);

        var before = await host.SayAsync(sample: "digits-clean-3");
        var update = await host.TeachAsync();
        var after = await host.SayAsync(sample: "digits-clean-3");

        Assert.Equal((0, 0, null), (before.Revision.Number, before.Revision.Parent, before.Revision.Verdict));
        Assert.Equal((V1.DomainEvent.Types.Kind.Updated, 1, 0), (update.Kind, update.Revision, update.ParentRevision));
        Assert.Equal(2, update.UtteranceIds.Count);
        Assert.Equal("line-7/" + update.UtteranceIds[0], before.FinalId);
        Assert.True(update.LossAfter < update.LossBefore);
        Assert.Equal((DomainHost.Line, 1, 0), (after.Revision.Domain, after.Revision.Number, after.Revision.Parent));
        Assert.True(after.Revision.Verdict.Passed);
        Assert.Equal(["reliability", "generality", "locality", "collapse"], after.Revision.Verdict.Checks.Select(check => check.Question));
        Assert.Equal(1, after.Adaptation.Steps);
        Assert.True(after.Adaptation.HasLossBefore && after.Adaptation.HasLossAfter);
        Assert.NotEqual(before.Adaptation.LossBefore, after.Adaptation.LossBefore); // other weights
    }

    [Fact]
    public async Task Recognize_NoDomain_KeepsNothing()
    {
        await using var host = await DomainHost.StartAsync();

        var response = await host.Speech.RecognizeAsync(Samples.Request(Samples.Clean, steps: 1));
        var domains = await host.Domains.ListDomainsAsync(new V1.ListDomainsRequest());

        Assert.Equal(("", null), (response.Results[0].FinalId, response.Results[0].Revision));
        Assert.Empty(domains.Domains);
    }

    [Fact]
    public async Task StreamingRecognize_Domain_FinalsNameTheRevision()
    {
        await using var host = await DomainHost.StartAsync();
        await host.TeachAsync();
        var config = StreamCall.Config();
        config.Config.Domain = DomainHost.Line;
        using var stream = new StreamCall(host.Speech, TestStore.Token);

        await stream.SendAsync(config);
        await stream.SendAsync(StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.FromSeconds(1.2), "digits-clean-2")), 3200);
        await stream.CompleteAsync();
        var final = Assert.Single((await stream.ReadAllAsync()).SelectMany(response => response.Results), result => result.IsFinal);

        Assert.Equal((DomainHost.Line, 1), (final.Revision.Domain, final.Revision.Number));
        Assert.StartsWith("line-7/", final.FinalId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recognize_RivaNamesADomain_TheDomainLearns()
    {
        await using var host = await DomainHost.StartAsync();
        using var watch = host.Watch(DomainHost.Line, after: 0);
        var riva = new RivaSpeechRecognition.RivaSpeechRecognitionClient(host.Channel);
        var config = new RecognitionConfig { CustomConfiguration = { ["attune.domain"] = DomainHost.Line } };
        var audio = ByteString.CopyFrom(Samples.Wav(Samples.Clean));

        for (var i = 0; i < 2; i++) await riva.RecognizeAsync(new RecognizeRequest { Config = config, Audio = audio });
        var update = await DomainHost.NextAsync(watch);

        Assert.Equal(V1.DomainEvent.Types.Kind.Updated, update.Kind);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task StartAsync_AfterARestart_NothingIsLost(string kind)
    {
        using var store = new LastingStore(kind);
        V1.Domain before;
        V1.SpeechRecognitionResult served;
        await using (var host = await DomainHost.StartAsync(store.Settings))
        {
            await host.TeachAsync();
            await host.SayAsync();
            served = await host.SayAsync(sample: "digits-clean-3", steps: 3);
            await host.Domains.FreezeDomainAsync(new V1.FreezeDomainRequest { Domain = DomainHost.Line });
            await host.StoredAsync(DomainHost.Line, 4);
            before = await host.GetAsync();
        }

        store.Redis?.Kill();
        store.Redis?.Restart();
        await using var again = await DomainHost.StartAsync([.. store.Settings, "--State:LoadTimeout", "00:00:30"]);
        var after = await again.GetAsync();
        var servedAgain = await again.SayAsync(sample: "digits-clean-3", steps: 3);

        Assert.Equal(before, after);
        Assert.True(after.Frozen);
        Assert.Equal(served.Revision, servedAgain.Revision);
        Assert.Equal(served.Adaptation.LossAfter, servedAgain.Adaptation.LossAfter);
        Assert.Equal(served.Alternatives, servedAgain.Alternatives);
    }
}
