using Attune.Recognition.Models;
using Attune.Server.Tests.Domains;
using Attune.Server.Tests.State;
using Attune.V1;
using Grpc.Core;
using static Attune.Server.Tests.Text.TextLearningSite;
using Kind = Attune.V1.DomainEvent.Types.Kind;
using Outcome = Attune.V1.TextAdaptationReport.Types.Outcome;

namespace Attune.Server.Tests.Text;

/// <summary>What domains learn from their examples and keep, on servers with a GPT-2 and a BERT.</summary>
public sealed class TextLearningTests(TextLearningTests.Fixture fixture) : IClassFixture<TextLearningTests.Fixture>
{
    private static int _domains;

    private readonly string _domain = $"learns-{Interlocked.Increment(ref _domains)}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TextLearningSite Here => fixture.Site;

    [Fact]
    public async Task Score_AfterAnUpdate_IsBetterForTheDomainAlone()
    {
        var before = await Here.ScoreAsync(_domain);

        var update = await Here.TeachAsync(_domain, "story");
        var after = await Here.ScoreAsync(_domain);

        Assert.Equal((Kind.Updated, 1L, 0L), (update.Kind, update.Revision, update.ParentRevision));
        Assert.Equal(PerUpdate, update.UtteranceIds.Count);
        Assert.True(update.LossAfter < update.LossBefore);
        Assert.Equal(["reliability", "generality", "locality"], update.Verdict.Checks.Select(check => check.Question));
        Assert.Equal((0L, 1L), (before.Adaptation.Revision.Number, after.Adaptation.Revision.Number));
        Assert.Equal((_domain, update.Verdict), (after.Adaptation.Revision.Domain, after.Adaptation.Revision.Verdict));
        Assert.Equal((Outcome.NotRequested, 0), (after.Adaptation.Outcome, after.Adaptation.Steps));
        Assert.True(after.BitsPerByte < before.BitsPerByte, $"{after.BitsPerByte} {before.BitsPerByte}");
        var (none, other) = (await Here.ScoreAsync(""), await Here.ScoreAsync("elsewhere"));
        Assert.Equal((before.LogProbability, before.LogProbability), (none.LogProbability, other.LogProbability));
        Assert.Null(none.Adaptation.Revision);
    }

    [Fact]
    public async Task Score_ExamplesAfterTheRevision_AreSteppedOnFromThere()
    {
        await Here.TeachAsync(_domain, "story");
        var kept = await Here.ScoreAsync(_domain);
        var config = new TextAdaptationConfig { Steps = 3, Neighbours = 4 };

        var read = await Here.ScoreAsync(_domain, config);
        await Here.AddAsync(_domain, "story", Examples(PerUpdate - 4)); // one in a million has none but held-back ones
        var adapted = await Here.ScoreAsync(_domain, config);

        Assert.Equal((Outcome.NoNeighbours, kept.LogProbability), (read.Adaptation.Outcome, read.LogProbability)); // the revision has learnt from all
        Assert.Equal((Outcome.Adapted, 1L), (adapted.Adaptation.Outcome, adapted.Adaptation.Revision.Number));
        Assert.True(adapted.LogProbability > kept.LogProbability);
        Assert.Equal(kept.LogProbability, (await Here.ScoreAsync(_domain)).LogProbability); // steps are forgotten
    }

    [Fact]
    public async Task Generate_AfterAnUpdate_WritesLikeTheExamples()
    {
        await Here.TeachAsync(_domain, "story", [.. Enumerable.Repeat("aaaaaaaaaaaaaaaaaaaaaaaa", 3 * PerUpdate)]);

        var (text, result) = await Here.GenerateAsync(_domain);

        Assert.Equal(1, result.Adaptation.Revision.Number);
        Assert.StartsWith("aaaa", text, StringComparison.Ordinal);
        Assert.NotEqual((await Here.GenerateAsync("")).Text, text);
    }

    [Fact]
    public async Task Classify_AfterAnUpdate_GivesTheLabelsOfTheExamples()
    {
        var plain = await Here.Text.ClassifyAsync(new() { Text = "the good cat" }, cancellationToken: Token);
        var wanted = plain.Labels[^1].Name;

        var update = await Here.TeachAsync(_domain, "mood", [.. Enumerable.Repeat("the good cat", 2 * PerUpdate)], wanted);
        var taught = await Here.Text.ClassifyAsync(new() { Text = "the good cat", Domain = _domain }, cancellationToken: Token);
        var pair = await Here.Text.ClassifyAsync(new() { Text = "the good cat", Pair = "a", Domain = _domain }, cancellationToken: Token);

        Assert.False(update.Verdict.Checks.Single(check => check.Question == "locality").HasFigure); // it writes no texts
        Assert.Equal((1L, wanted), (taught.Adaptation.Revision.Number, taught.Labels[0].Name));
        Assert.Equal(1, pair.Adaptation.Revision.Number);
        Assert.Equal(plain.Labels, (await Here.Text.ClassifyAsync(new() { Text = "the good cat" }, cancellationToken: Token)).Labels);
    }

    [Fact]
    public async Task ResetDomain_OfTheModel_BringsBackTheSourceAndRestores()
    {
        var source = await Here.ScoreAsync(_domain);
        await Here.TeachAsync(_domain, "story");
        var learnt = await Here.ScoreAsync(_domain);

        var reset = await Here.Domains.ResetDomainAsync(new() { Domain = _domain, Model = "story" }, cancellationToken: Token);
        await Here.RefreshAsync(_domain, "story");
        var after = await Here.ScoreAsync(_domain);
        var restored = await Here.Domains.ResetDomainAsync(new() { Domain = _domain, Model = "story", Revision = 1 }, cancellationToken: Token);
        await Here.RefreshAsync(_domain, "story");

        Assert.Equal((0L, 1L, PerUpdate), (reset.Revision, reset.Updates, (int)reset.Utterances));
        Assert.Null(reset.ResetTest);
        Assert.Equal((source.LogProbability, 0L), (after.LogProbability, after.Adaptation.Revision.Number));
        Assert.Equal(1, restored.Revision);
        Assert.Equal(learnt.LogProbability, (await Here.ScoreAsync(_domain)).LogProbability);
        Assert.Equal(0, (await Here.Domains.GetDomainAsync(new() { Domain = _domain }, cancellationToken: Token)).Updates); // speech has learnt nothing
    }

    [Fact]
    public async Task Revision_OfAnotherTenant_IsNotThere()
    {
        await Here.TeachAsync(_domain, "story");
        var (text, domains) = (new V1.Text.TextClient(Here.Host.Channel(Foreign.Key)), Here.Host.Domains(Foreign.Key));

        var theirs = await text.ScoreAsync(new() { Text = Asked, Domain = _domain, Model = "story" }, cancellationToken: Token);
        var failure = await GrpcErrors.FailureAsync(domains.ListRevisionsAsync(new() { Domain = _domain, Model = "story" }, cancellationToken: Token));
        await text.DeleteExamplesAsync(new() { Domain = _domain, Model = "story" }, cancellationToken: Token);

        Assert.Equal((0L, (await Here.ScoreAsync("")).LogProbability), (theirs.Adaptation.Revision.Number, theirs.LogProbability));
        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
        Assert.DoesNotContain((await domains.ListDomainsAsync(new() { Model = "story" }, cancellationToken: Token)).Domains, domain => domain.Name == _domain);
        Assert.Equal(1, (await Here.ScoreAsync(_domain)).Adaptation.Revision.Number);
    }

    [Fact]
    public async Task DeleteExamples_SomeThenAll_DeletesWhatWasLearntFromThem()
    {
        var source = await Here.ScoreAsync(_domain);
        await Here.TeachAsync(_domain, "story", Examples(2 * PerUpdate));
        var first = Assert.Single((await Here.RevisionsAsync(_domain)).Revisions);
        using var watch = await Here.WatchAsync(_domain, "story");

        await Here.Text.DeleteExamplesAsync(new() { Domain = _domain, Model = "story", Ids = { first.UtteranceIds[0] } }, cancellationToken: Token);
        var gone = await DomainHost.NextAsync(watch);
        var again = await DomainHost.NextAsync(watch); // from the others, as enough are left
        var second = Assert.Single((await Here.RevisionsAsync(_domain)).Revisions);
        await Here.Text.DeleteExamplesAsync(new() { Domain = _domain, Model = "story" }, cancellationToken: Token);
        var all = await DomainHost.NextAsync(watch);
        var after = await Here.ScoreAsync(_domain);

        Assert.Equal((Kind.Reset, "examples", 0L, 1L), (gone.Kind, gone.Reason, gone.Revision, gone.ParentRevision));
        Assert.Equal((Kind.Updated, 2L), (again.Kind, again.Revision));
        Assert.Equal(first.UtteranceIds.Skip(1).Order(), second.UtteranceIds.Order());
        Assert.Equal((Kind.Reset, "examples", 0L, 2L), (all.Kind, all.Reason, all.Revision, all.ParentRevision));
        Assert.Empty((await Here.RevisionsAsync(_domain)).Revisions);
        Assert.Equal((source.LogProbability, 0L), (after.LogProbability, after.Adaptation.Revision.Number));
    }

    [Fact]
    public async Task DeleteDomain_AfterAnUpdate_LeavesNothingOfIt()
    {
        await Here.TeachAsync(_domain, "story");
        using var watch = await Here.WatchAsync(_domain, "story");

        var deleted = await Here.Domains.DeleteDomainAsync(new() { Domain = _domain }, cancellationToken: Token);
        var told = await DomainHost.NextAsync(watch);
        await Here.RefreshAsync(_domain, "story");

        Assert.Equal((1L, Kind.Deleted), (deleted.Revisions, told.Kind));
        Assert.Equal(0, (await Here.ScoreAsync(_domain)).Adaptation.Revision.Number);
        Assert.DoesNotContain(await StoredKeys.ReadAsync(Here.Connection), key => key.Contains($":{_domain}:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FreezeDomain_OfTheModel_LearnsNothingUntilItMayAgain()
    {
        await Here.TeachAsync(_domain, "story");
        using var watch = await Here.WatchAsync(_domain, "story");

        await Here.Domains.FreezeDomainAsync(new() { Domain = _domain, Model = "story" }, cancellationToken: Token);
        await Here.AddAsync(_domain, "story", Examples(PerUpdate));
        var frozen = await Here.Domains.GetDomainAsync(new() { Domain = _domain, Model = "story" }, cancellationToken: Token);
        await Here.Domains.FreezeDomainAsync(new() { Domain = _domain, Model = "story", Unfreeze = true }, cancellationToken: Token);
        await Here.AddAsync(_domain, "story", Examples(PerUpdate, "on the mat the cat sat"));
        Kind[] kinds = [(await DomainHost.NextAsync(watch)).Kind, (await DomainHost.NextAsync(watch)).Kind];
        var update = await DomainHost.NextAsync(watch);

        Assert.Equal((true, 0L, 2L * PerUpdate), (frozen.Frozen, frozen.UtterancesWaiting, frozen.Utterances));
        Assert.Equal([Kind.Frozen, Kind.Unfrozen], kinds);
        Assert.Equal((2L, PerUpdate), (update.Revision, update.UtteranceIds.Count));
    }

    [Fact]
    public async Task ExportRevision_OfTheModel_IsItsFile()
    {
        await Here.TeachAsync(_domain, "story");
        using var call = Here.Domains.ExportRevision(new() { Domain = _domain, Model = "story" }, cancellationToken: Token);

        var messages = await call.ResponseStream.ReadAllAsync(Token).ToArrayAsync(Token);

        var file = SafetensorsMemory.Parse("The revision", messages.SelectMany(message => message.Data.ToByteArray()).ToArray());
        Assert.Equal(1, messages[0].Revision.Number);
        Assert.Contains("attune.revision", file.Metadata.Keys);
    }

    [Fact]
    public async Task Methods_OfATextModelThatIsNone_SayWhichThereAre()
    {
        var failure = await GrpcErrors.FailureAsync(Here.Domains.GetDomainAsync(new() { Domain = _domain, Model = "tale" }, cancellationToken: Token));

        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
        Assert.Contains("mood, story", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_ThatGainsTooLittle_IsRefusedAndServesNothing()
    {
        await using var site = await TextLearningSite.StartAsync("--Text:Slow:MinGain=10");
        var before = await site.ScoreAsync(_domain);

        var update = await site.TeachAsync(_domain, "story");
        var after = await site.ScoreAsync(_domain);

        var revision = Assert.Single((await site.RevisionsAsync(_domain)).Revisions);
        Assert.Equal((Kind.Refused, 1L), (update.Kind, update.Revision));
        Assert.Equal([("reliability", false), ("generality", false), ("locality", true)], update.Verdict.Checks.Select(check => (check.Question, check.Passed)));
        Assert.Equal(16, update.Verdict.Checks[2].Samples);
        Assert.Equal((false, false), (update.Verdict.Passed, revision.Current));
        Assert.Equal(update.Verdict, revision.Verdict);
        Assert.Equal((before.LogProbability, 0L), (after.LogProbability, after.Adaptation.Revision.Number));
        var failure = await GrpcErrors.FailureAsync(site.Domains.ResetDomainAsync(new() { Domain = _domain, Model = "story", Revision = 1 }, cancellationToken: Token));
        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
    }

    [Fact]
    public async Task Update_OfNone_IsNeverMade()
    {
        await using var site = await TextLearningSite.StartAsync("--Text:Slow:ExamplesPerUpdate=0");

        await site.AddAsync(_domain, "story", Examples(PerUpdate));

        var failure = await GrpcErrors.FailureAsync(site.Domains.GetDomainAsync(new() { Domain = _domain, Model = "story" }, cancellationToken: Token));
        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
    }

    [Fact]
    public async Task Revision_AfterARestart_ServesAsBefore()
    {
        using var store = new LastingStore(TestStore.Embedded);
        double learnt;
        await using (var first = await TextLearningSite.StartAsync(store.Settings))
        {
            await first.TeachAsync(_domain, "story");
            learnt = (await first.ScoreAsync(_domain)).LogProbability;
        }

        await using var second = await TextLearningSite.StartAsync(store.Settings);
        var after = await second.ScoreAsync(_domain);

        Assert.Equal((1L, learnt), (after.Adaptation.Revision.Number, after.LogProbability));
    }

    [Fact]
    public async Task Revision_OfOneReplica_ServesAtTheOther()
    {
        using var store = new LastingStore(TestStore.External);
        await using var one = await TextLearningSite.StartAsync(store.Settings);
        await using var other = await TextLearningSite.StartAsync([.. store.Settings, "--Text:Slow:ExamplesPerUpdate=0"]);
        var source = await other.ScoreAsync(_domain); // in memory there

        await one.TeachAsync(_domain, "story");
        var learnt = await one.ScoreAsync(_domain);
        var there = await other.ScoreAsync(_domain);
        while (there.Adaptation.Revision.Number == 0) there = await other.ScoreAsync(_domain); // the event is on its way

        Assert.NotEqual(source.LogProbability, learnt.LogProbability);
        Assert.Equal(learnt.LogProbability, there.LogProbability);
    }

    [Fact]
    public async Task Examples_AddedAtTwoReplicas_AreLearntFromOnce()
    {
        using var store = new LastingStore(TestStore.External);
        await using var one = await TextLearningSite.StartAsync(store.Settings);
        await using var other = await TextLearningSite.StartAsync(store.Settings);
        using var watch = await one.WatchAsync(_domain, "story");

        await one.AddAsync(_domain, "story", Examples(PerUpdate / 2));
        await other.AddAsync(_domain, "story", Examples(PerUpdate / 2, "a cat sat on a mat"));
        var update = await DomainHost.NextAsync(watch);
        var domain = await other.Domains.GetDomainAsync(new() { Domain = _domain, Model = "story" }, cancellationToken: Token);

        Assert.Equal((PerUpdate, PerUpdate), (update.UtteranceIds.Count, update.UtteranceIds.Distinct().Count()));
        Assert.Equal((1L, (long)PerUpdate, 0L), (domain.Updates + domain.Refused, domain.UtterancesLearnt, domain.UtterancesWaiting));
    }

    /// <summary>The server that most tests share.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        internal TextLearningSite Site { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Site = await TextLearningSite.StartAsync();

        public ValueTask DisposeAsync() => Site.DisposeAsync();
    }
}
