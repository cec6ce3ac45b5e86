using Attune.Adaptation.Gate;
using Attune.Adaptation.Revisions;
using Attune.Evaluation;
using Attune.Recognition.Acoustic;
using Attune.Server.Tests.Serving.Streaming;
using Attune.Server.Tests.State;

namespace Attune.Server.Tests.Domains;

/// <summary>Drills of <c>docs/drills.md</c> on a whole server with its store.</summary>
[Trait("Category", "Drill")]
public class ServingDrills
{
    public static TheoryData<string> Kinds => TestStore.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Recognize_RevisionCorruptedInTheStore_ServesTheOneBeforeItFromTheFirstRequest(string kind)
    {
        using var store = new LastingStore(kind);
        long learnt;
        await using (var host = await DomainHost.StartAsync(store.Settings))
        {
            await host.TeachAsync();
            learnt = (await host.TeachAsync()).Id;
            await host.Connection.RunAsync(
                database => database.StringSetRangeAsync(host.Stores.Scope.Keys.Revision(DomainHost.Line, 2), 12_000, "garbage"), TestStore.Token);
        }

        await using var again = await DomainHost.StartAsync([.. store.Settings, "--State:LoadTimeout", "00:00:30"]);
        using var watch = again.Watch(DomainHost.Line, learnt); // the first server may have noticed already
        var served = await again.SayAsync();
        var reset = await DomainHost.NextAsync(watch);

        Assert.Equal(1, served.Revision.Number);
        Assert.NotEmpty(served.Alternatives[0].Transcript);
        Assert.Equal((V1.DomainEvent.Types.Kind.Reset, 1, 2, "corrupted"), (reset.Kind, reset.Revision, reset.ParentRevision, reset.Reason));
    }

    [Fact]
    public async Task Recognize_RevisionThatHearsNothing_TheModelAnswersInTheSameRequestAndTheDomainGoesBack()
    {
        await using var host = await DomainHost.StartAsync("--Adaptation:Fast:Parameters", "layer-norm", "--Adaptation:Slow:UtterancesPerUpdate", "50");
        var expected = await host.SayAsync(steps: 0);
        await host.StoredAsync(DomainHost.Line, 1);
        await PublishAsync(host, values => values.Clear());
        using var watch = host.Watch(DomainHost.Line, await host.LastEventAsync());
        await host.Catalogue.RefreshAsync(DomainHost.Line);

        var first = await host.SayAsync(steps: 0);
        var second = await host.SayAsync(steps: 0);
        var reset = await DomainHost.NextAsync(watch);
        var third = await host.SayAsync(steps: 0);

        Assert.All([first, second, third], served => Assert.Equal((0, expected.Alternatives[0]), (served.Revision.Number, served.Alternatives[0])));
        Assert.Equal((V1.DomainEvent.Types.Kind.Reset, 0, 1, "collapsed"), (reset.Kind, reset.Revision, reset.ParentRevision, reset.Reason));
    }

    [Fact]
    public async Task Learn_LearningRateFarTooHigh_TheGateRefusesAndTheModelServes()
    {
        await using var host = await DomainHost.StartAsync("--Adaptation:Fast:LearningRate", "0.2", "--Adaptation:Fast:Parameters", "layer-norm");

        var update = await host.TeachAsync();
        var served = await host.SayAsync(steps: 0);
        var revisions = await host.Domains.ListRevisionsAsync(new V1.ListRevisionsRequest { Domain = DomainHost.Line });

        Assert.Equal((V1.DomainEvent.Types.Kind.Refused, 1), (update.Kind, update.Revision));
        Assert.Contains(update.Verdict.Checks, check => check is { Question: "locality", Passed: false });
        Assert.Equal(0, served.Revision.Number);
        Assert.NotEmpty(served.Alternatives[0].Transcript);
        Assert.False(Assert.Single(revisions.Revisions).Verdict.Passed); // kept for inspection
    }

    [Fact]
    public async Task Recognize_FiftyUtterancesOfSilence_NothingWaitsAndNothingHappens()
    {
        await using var host = await DomainHost.StartAsync();
        var expected = await host.SayAsync(steps: 0);
        await host.StoredAsync(DomainHost.Line, 1);
        var before = (await host.GetAsync(), Event: await host.LastEventAsync());

        for (var i = 0; i < 50; i++)
        {
            var silence = await host.SayAsync(Sound("silence", seed: i));
            Assert.Equal(("", V1.AdaptationReport.Types.Outcome.DraftAllBlank), (silence.Alternatives[0].Transcript, silence.Adaptation.Outcome));
        }

        await host.StoredAsync(DomainHost.Line, 51);
        var after = await host.GetAsync();
        Assert.Equal(1, after.UtterancesWaiting); // the one with words
        Assert.Equal((before.Item1.Updates, before.Event), (after.Updates, await host.LastEventAsync()));
        Assert.Equal(expected.Alternatives[0], (await host.SayAsync(steps: 0)).Alternatives[0]);
    }

    [Theory]
    [InlineData("tone")]
    [InlineData("music")]
    [InlineData("white noise")]
    [InlineData("one utterance")]
    public async Task Recognize_TheSameAgainAndAgain_SpeechStaysAsTheModelHearsIt(string kind)
    {
        await using var host = await DomainHost.StartAsync("--Adaptation:Fast:Parameters", "layer-norm");
        string[] clean = ["digits-clean-1", "digits-clean-2", "digits-clean-3"];
        var expected = new List<string>();
        foreach (var sample in clean) expected.Add((await host.SayAsync("none", sample, steps: 0)).Alternatives[0].Transcript);

        for (var i = 0; i < 16; i++)
        {
            var served = kind == "one utterance" ? await host.SayAsync(sample: "digits-vacuum-cleaner-5db") : await host.SayAsync(Sound(kind, seed: i));
            Assert.Equal(served.Draft.Length == 0, served.Alternatives[0].Transcript.Length == 0); // no final from weights that hear nothing
        }

        await host.LearntAsync(DomainHost.Line, 16);
        await host.Catalogue.RefreshAsync(DomainHost.Line);
        var (errors, length) = (0, 0);
        foreach (var (sample, text) in clean.Zip(expected))
        {
            var heard = await host.SayAsync(sample: sample, steps: 0);
            errors += EditDistance.Compute<char>(text, heard.Alternatives[0].Transcript);
            length += text.Length;
        }

        Assert.True(errors <= 0.02 * length, $"{errors} of {length} characters differ from the model's.");
        var revisions = await host.Domains.ListRevisionsAsync(new V1.ListRevisionsRequest { Domain = DomainHost.Line });
        Assert.All(revisions.Revisions.Where(revision => revision.Current), revision => Assert.True(revision.Verdict.Passed));
    }

    /// <summary>Two seconds without words, as WAV.</summary>
    private static byte[] Sound(string kind, int seed)
    {
        var random = new Random(seed);
        var samples = new float[2 * StreamAudio.Rate];
        for (var i = 0; i < samples.Length; i++)
        {
            var seconds = (double)i / StreamAudio.Rate;
            samples[i] = kind switch
            {
                "silence" => 0,
                "tone" => (float)(0.3 * Math.Sin(2 * Math.PI * (440 + seed) * seconds)),
                "music" => (float)(0.1 * new[] { 262, 330, 392 }.Sum(hertz => Math.Sin(2 * Math.PI * hertz * (1 + ((int)(4 * seconds) + seed) % 5 * 0.2) * seconds))),
                _ => (float)(0.2 * ((2 * random.NextDouble()) - 1)),
            };
        }

        return Samples.MakeWav(1, 16, StreamAudio.Rate, StreamAudio.Pcm16(samples));
    }

    private delegate void Spoil(Span<float> values);

    /// <summary>Makes a revision serve that no gate has seen.</summary>
    private static async Task PublishAsync(DomainHost host, Spoil spoil)
    {
        var source = AdaptableParameters.Source(TestStore.Model, host.Stores.Scope.Set);
        var values = source.Values.ToArray();
        spoil(values);
        var revision = new Revision(
            DomainHost.Line, 1, 0, TestStore.Model.Sha256, host.Stores.Scope.Set.Name, [], DateTimeOffset.UnixEpoch, GateVerdict.Unasked,
            new AdaptationState(new AdaptableParameters(host.Stores.Scope.Layout, values)));
        await host.Stores.Revisions.SaveCandidateAsync(revision, fence: 0, TestStore.Token);
        var head = (await host.Stores.Domains.ReadAsync(DomainHost.Line, TestStore.Token))!;
        Assert.True(await host.Stores.Domains.TryChangeAsync(head, StoresTests.Update(head, 1, fence: null), TestStore.Token));
    }
}
