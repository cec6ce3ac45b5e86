using Attune.Server.Checkpoints;
using Attune.Server.Text;
using Attune.Text;
using Attune.V1;
using Grpc.Core;
using static Attune.Server.Tests.Checkpoints.TextSwapSite;
using BackgroundThread = Attune.Adaptation.BackgroundThread;

namespace Attune.Server.Tests.Checkpoints;

/// <summary>What domains take along when the text model behind them is swapped: their examples, and what they have learnt from them.</summary>
public sealed class TextCarryTests : IDisposable
{
    /// <summary>Examples of an update: some are held back, some are not.</summary>
    private const int Count = 24;

    private static readonly string[] Learning =
    [
        $"--Text:Slow:ExamplesPerUpdate={Count}", "--Text:Slow:HeldBackShare=0.5", "--Text:Slow:LearningRate=0.02", "--Text:Slow:MinLocality=0", "--Text:Adaptation:Steps=0",
    ];

    private readonly TextSwapSite _site = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Activate_DomainWithExamples_TakesThemAlongAsTheNewWeightsSeeThem()
    {
        await using var server = await _site.StartAsync();
        using var other = Changed(TinyTextModel.Gpt2(), 0.1f);
        var id = await server.ImportAsync(other.FolderPath);
        var ids = (await server.Text.AddExamplesAsync(new() { Domain = "orders", Model = "story", Examples = { new Example { Text = "the cat sat on the hat" }, new Example { Text = "the mat" } } })).Ids;
        var request = new ScoreRequest { Model = "story", Text = Asked, Domain = "orders" };
        var before = await server.Text.ScoreAsync(request);

        await server.Checkpoints.ActivateAsync(new() { Id = id, Model = "story" });
        var swapped = await server.Text.ScoreAsync(request);
        var vectors = await VectorsAsync(server, ids);
        await server.Text.DeleteExamplesAsync(new() { Domain = "orders", Model = "story", Ids = { ids[1] } });
        await server.Checkpoints.RollbackAsync(new() { Model = "story" });
        var count = (await server.Text.GetExamplesAsync(new() { Domain = "orders", Model = "story" })).Count;
        await server.Text.DeleteExamplesAsync(new() { Domain = "orders", Model = "story" });
        await server.Checkpoints.ActivateAsync(new() { Id = id, Model = "story" });

        Assert.Equal((2, 2), (before.Adaptation.Neighbours, swapped.Adaptation.Neighbours));
        Assert.NotEqual(before.LogProbability, swapped.LogProbability);
        using var engine = new Attune.Text.TextEngine(other.Open(), Attune.Recognition.Acoustic.ParameterSet.Parse("lora"));
        using var embedding = engine.EmbedWhole("the cat sat on the hat").RunToEnd(Token);
        Assert.Equal(embedding.Result, vectors[0]);
        Assert.Equal(1, count); // what is deleted does not come back with the weights from before
        Assert.Equal(0, (await server.Text.GetExamplesAsync(new() { Domain = "orders", Model = "story" })).Count);
    }

    [Fact]
    public async Task Activate_DomainThatHasLearnt_LearnsAgainAndGoesBackToWhatItHad()
    {
        await using var server = await _site.StartAsync(Learning);
        using var other = Changed(TinyTextModel.Gpt2(), 0.1f);
        var id = await server.ImportAsync(other.FolderPath);
        var request = new ScoreRequest { Model = "story", Text = Asked, Domain = "orders" };
        var plain = await ScoreAsync(server);

        using var watch = server.Domains.WatchEvents(new() { Model = "story", AfterId = 0 }, cancellationToken: Token);
        await TeachAsync(server);
        Assert.Equal(DomainEvent.Types.Kind.Updated, await NextAsync(watch));
        var learnt = await server.Text.ScoreAsync(request);
        await server.Checkpoints.ActivateAsync(new() { Id = id, Model = "story" });
        var ended = await Assert.ThrowsAsync<RpcException>(() => NextAsync(watch));
        using var next = server.Domains.WatchEvents(new() { Model = "story", AfterId = 0 }, cancellationToken: Token);
        Assert.Equal(DomainEvent.Types.Kind.Updated, await NextAsync(next));
        var again = await server.Text.ScoreAsync(request);
        await server.Checkpoints.RollbackAsync(new() { Model = "story" });
        var back = await server.Text.ScoreAsync(request);
        await server.Text.DeleteExamplesAsync(new() { Domain = "orders", Model = "story" });
        await server.Checkpoints.RollbackAsync(new() { Model = "story" });
        var forgotten = await server.Text.ScoreAsync(request);

        GrpcErrors.AssertError(ended, StatusCode.Unavailable, "MODEL_SWAPPED");
        Assert.Equal((1L, 1L, 1L, 0L), (learnt.Adaptation.Revision.Number, again.Adaptation.Revision.Number, back.Adaptation.Revision.Number, forgotten.Adaptation.Revision.Number));
        Assert.NotEqual(plain, learnt.LogProbability);
        Assert.NotEqual(ScoreOf(other), again.LogProbability);
        Assert.Equal(learnt.LogProbability, back.LogProbability); // to the last bit
        Assert.Equal(ScoreOf(other), forgotten.LogProbability); // what was learnt from deleted examples does not serve again

        static async Task<DomainEvent.Types.Kind> NextAsync(AsyncServerStreamingCall<DomainEvent> call)
        {
            Assert.True(await call.ResponseStream.MoveNext(Token));
            return call.ResponseStream.Current.Kind;
        }
    }

    [Fact]
    public async Task Carry_DomainThatHasLearntFromExamplesThatCameAfterTheSwap_KeepsWhatItLearnt()
    {
        await using var server = await _site.StartAsync(Learning);
        using var other = Changed(TinyTextModel.Gpt2(), 0.1f);
        var id = await server.ImportAsync(other.FolderPath);
        using var before = server.Get<TextModels>().Lease("story");
        await server.Checkpoints.ActivateAsync(new() { Id = id, Model = "story" });
        using var watch = server.Domains.WatchEvents(new() { Model = "story", AfterId = 0 }, cancellationToken: Token);
        await TeachAsync(server);
        Assert.True(await watch.ResponseStream.MoveNext(Token));

        // As a replica does that hears late of the swap.
        using var after = server.Get<TextModels>().Lease("story");
        await server.Get<TextCarrier>().CarryAsync(before.Model, after.Model, server.Get<BackgroundThread>(), Token);

        Assert.Equal(1, (await server.Domains.GetDomainAsync(new() { Domain = "orders", Model = "story" })).Revision);
    }

    [Fact]
    public async Task Activate_ClassifierWithOtherLabels_TakesExamplesAlongByName()
    {
        await using var server = await _site.StartAsync();
        using var other = TinyTextModel.Bert(seed: 2, settings: """{ "id2label": { "0": "positive", "1": "neutral", "2": "angry" } }""");
        var id = await server.ImportAsync(other.FolderPath);
        var ids = (await server.Text.AddExamplesAsync(new()
        {
            Domain = "orders",
            Model = "mood",
            Examples = { new Example { Text = "the good cat", Label = "positive" }, new Example { Text = "the bad mat", Label = "negative" } },
        })).Ids;

        await server.Checkpoints.ActivateAsync(new() { Id = id, Model = "mood", OverrideGate = true });

        using var lease = server.Get<TextModels>().Lease("mood");
        var listed = await lease.Model.Examples.ListAsync("orders", Token);
        Assert.Equal(ids[0], Assert.Single(listed).Id);
        Assert.Equal(0, (await lease.Model.Examples.ReadAsync("orders", ids[0], Token))!.Example.Label);
    }

    [Fact]
    public async Task AddExamples_WhileModelsAreSwapped_LosesNoneAndDoublesNone()
    {
        const int Swaps = 4;
        // On a busy machine swaps take long enough for more examples than a domain has by default, of which the first would go.
        await using var server = await _site.StartAsync("--Text:Examples:PerDomain=100000");
        using var other = Changed(TinyTextModel.Gpt2(), 0.1f);
        var id = await server.ImportAsync(other.FolderPath);
        using var ended = new CancellationTokenSource();
        var added = new SemaphoreSlim(0);
        var adding = Task.Run(AddAsync, Token);

        for (var i = 0; i < Swaps; i++)
        {
            await added.WaitAsync(Token);
            if (i % 2 == 0) await server.Checkpoints.ActivateAsync(new() { Id = id, Model = "story" });
            else await server.Checkpoints.RollbackAsync(new() { Model = "story" });
        }

        await ended.CancelAsync();
        var ids = await adding;
        using var lease = server.Get<TextModels>().Lease("story");
        Assert.Equal(ids.Order(), (await lease.Model.Examples.ListAsync("orders", Token)).Select(listed => listed.Id).Order());

        async Task<List<string>> AddAsync()
        {
            var all = new List<string>();
            while (!ended.IsCancellationRequested)
            {
                var response = await server.Text.AddExamplesAsync(new() { Domain = "orders", Model = "story", Examples = { new Example { Text = $"the cat {all.Count}" } } }, cancellationToken: Token);
                all.AddRange(response.Ids);
                added.Release();
            }

            return all;
        }
    }

    [Fact]
    public async Task Activate_DomainThatAdaptsContinually_BeginsAtTheNewWeights()
    {
        await using var server = await _site.StartAsync("--Text:Tent:Strategy=continual", "--Text:Tent:BatchSize=1", "--Text:Tent:LearningRate=0.001");
        using var other = TinyTextModel.Bert(seed: 2);
        var id = await server.ImportAsync(other.FolderPath);
        var request = new ClassifyRequest { Model = "mood", Text = "the good cat", Domain = "orders" };
        while ((await server.Text.ClassifyAsync(request, cancellationToken: Token)).Adaptation.Updates == 0)
        {
        }

        await server.Checkpoints.ActivateAsync(new() { Id = id, Model = "mood", OverrideGate = true });
        var swapped = await server.Text.ClassifyAsync(request, cancellationToken: Token);

        Assert.Equal((0L, TextAdaptationReport.Types.Outcome.NotRequested), (swapped.Adaptation.Updates, swapped.Adaptation.Outcome));
        Assert.Equal((await server.Text.ClassifyAsync(new() { Model = "mood", Text = "the good cat" }, cancellationToken: Token)).Labels, swapped.Labels);
    }

    public void Dispose() => _site.Dispose();

    /// <summary>Adds what makes the domain learn once.</summary>
    private static async Task TeachAsync(CheckpointServer server) =>
        await server.Text.AddExamplesAsync(new() { Domain = "orders", Model = "story", Examples = { Enumerable.Range(0, Count).Select(i => new Example { Text = $"{Asked} {i % 5}" }) } });
}
