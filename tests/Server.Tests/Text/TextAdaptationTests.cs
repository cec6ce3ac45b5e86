using System.Text;
using Attune.Server.Tests.Access;
using Attune.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Outcome = Attune.V1.TextAdaptationReport.Types.Outcome;

namespace Attune.Server.Tests.Text;

/// <summary>Requests about text that are adapted to, on a server with a GPT-2 and a BERT.</summary>
public sealed class TextAdaptationTests(TextAdaptationTests.Fixture fixture) : IClassFixture<TextAdaptationTests.Fixture>
{
    private const string Secret = "quixotic zephyr";

    private static int _domains;

    private readonly string _domain = $"line-{Interlocked.Increment(ref _domains)}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private V1.Text.TextClient Client => fixture.Client;

    [Fact]
    public async Task Score_ExamplesLikeIt_MakeItMoreProbable()
    {
        var request = new ScoreRequest { Text = "the cat sat on the mat" };
        var plain = await Client.ScoreAsync(request, cancellationToken: Token);
        var added = await AddAsync("story", null, "the cat sat on the hat", "the cat sat on a mat", "1234567890");
        request.Domain = _domain;
        request.Adaptation = new TextAdaptationConfig { Steps = 6, Neighbours = 2 };

        var adapted = await Client.ScoreAsync(request, cancellationToken: Token);
        var again = await Client.ScoreAsync(request, cancellationToken: Token);
        var elsewhere = await Client.ScoreAsync(new() { Text = request.Text }, cancellationToken: Token);

        Assert.Equal((3, 1000), (added.Examples.Count, added.Examples.Capacity));
        Assert.Equal((Outcome.Adapted, TextAdaptationReport.Types.Method.Neighbours), (adapted.Adaptation.Outcome, adapted.Adaptation.Method));
        Assert.Equal((2, 6), (adapted.Adaptation.Neighbours, adapted.Adaptation.Steps));
        Assert.True(adapted.Adaptation.LossAfter < adapted.Adaptation.LossBefore);
        Assert.True(adapted.LogProbability > plain.LogProbability);
        Assert.Equal(adapted.LogProbability, again.LogProbability);
        Assert.Equal(plain.LogProbability, elsewhere.LogProbability); // forgotten
        Assert.Equal(Outcome.NotRequested, elsewhere.Adaptation.Outcome);
    }

    [Fact]
    public async Task Generate_Examples_GoIntoTheText()
    {
        await AddAsync("story", null, "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaa aaaaaaaaaaa");
        var request = new GenerateRequest { Text = "a", MaxTokens = 8, Domain = _domain, Adaptation = new TextAdaptationConfig { Steps = 100 } };

        var (adapted, result) = await GenerateAsync(request);
        request.Text = "";
        var (_, empty) = await GenerateAsync(request);

        Assert.Equal((Outcome.Adapted, 2), (result.Adaptation.Outcome, result.Adaptation.Neighbours));
        Assert.NotEqual((await GenerateAsync(new() { Text = "a", MaxTokens = 8 })).Text, adapted);
        Assert.Equal(Outcome.NoNeighbours, empty.Adaptation.Outcome);
    }

    [Fact]
    public async Task Classify_LabelledExamples_ChangeTheLabel()
    {
        var plain = await Client.ClassifyAsync(new() { Text = "the good cat" }, cancellationToken: Token);
        var wanted = plain.Labels[^1].Name;
        await AddAsync("mood", wanted, "the good cat", "a good cat", "the good mat");

        var adapted = await Client.ClassifyAsync(new() { Text = "the good cat", Domain = _domain, Adaptation = new TextAdaptationConfig { Steps = 100 } }, cancellationToken: Token);
        var pair = await Client.ClassifyAsync(new() { Text = "the good cat", Pair = "a", Domain = _domain }, cancellationToken: Token);

        Assert.Equal(Outcome.Adapted, adapted.Adaptation.Outcome);
        Assert.Equal(wanted, adapted.Labels[0].Name);
        Assert.Equal(Outcome.NoNeighbours, pair.Adaptation.Outcome);
    }

    [Fact]
    public async Task Score_TextLongerThanTheContextAsExample_IsTrainedInWindows()
    {
        await AddAsync("story", null, string.Concat(Enumerable.Repeat("the cat ", 60)));

        var adapted = await Client.ScoreAsync(new() { Text = "the cat", Domain = _domain }, cancellationToken: Token);

        Assert.Equal((Outcome.Adapted, 1), (adapted.Adaptation.Outcome, adapted.Adaptation.Neighbours));
    }

    [Fact]
    public async Task Score_NothingToAdaptTo_SaysWhy()
    {
        Assert.Equal(Outcome.NoNeighbours, await OutcomeAsync(new() { Text = "the" }));
        await AddAsync("story", null, "the cat");
        Assert.Equal(Outcome.NotRequested, await OutcomeAsync(new() { Text = "the", Adaptation = new() { Steps = 0 } }));
        Assert.Equal(Outcome.NoNeighbours, await OutcomeAsync(new() { Text = "the", Adaptation = new() { Neighbours = 0 } }));
        Assert.Equal(Outcome.BudgetSpent, await OutcomeAsync(new() { Text = "the", Adaptation = new() { LatencyBudget = Duration.FromTimeSpan(TimeSpan.FromTicks(1)) } }));
        Assert.Equal(Outcome.Adapted, await OutcomeAsync(new() { Text = "the" }));
    }

    [Fact]
    public async Task Score_Quota_IsSpentBySteps()
    {
        var client = new V1.Text.TextClient(fixture.Host.Channel(Fixture.Poor.Key));
        await client.AddExamplesAsync(new() { Domain = _domain, Model = "story", Examples = { new Example { Text = "the cat" } } }, cancellationToken: Token);
        var request = new ScoreRequest { Text = "the cat", Domain = _domain, Adaptation = new TextAdaptationConfig { Steps = 100 } };

        var first = await client.ScoreAsync(request, cancellationToken: Token);
        var second = await client.ScoreAsync(request, cancellationToken: Token);

        Assert.Equal((Outcome.Adapted, Outcome.QuotaSpent), (first.Adaptation.Outcome, second.Adaptation.Outcome));
    }

    [Fact]
    public async Task Examples_OfAnotherTenant_AreNotThere()
    {
        await AddAsync("story", null, "the cat");
        var foreigner = new V1.Text.TextClient(fixture.Host.Channel(Fixture.Foreign.Key));

        var theirs = await foreigner.ScoreAsync(new() { Text = "the cat", Domain = _domain }, cancellationToken: Token);

        Assert.Equal(Outcome.NoNeighbours, theirs.Adaptation.Outcome);
        Assert.Equal(0, (await foreigner.GetExamplesAsync(new() { Domain = _domain, Model = "story" }, cancellationToken: Token)).Count);
        Assert.Equal(0, (await foreigner.DeleteExamplesAsync(new() { Domain = _domain, Model = "story" }, cancellationToken: Token)).Count);
        Assert.Equal(1, (await CountAsync()).Count);
    }

    [Fact]
    public async Task DeleteExamples_SomeThenAll_AreGoneAtOnce()
    {
        var ids = (await AddAsync("story", null, "the cat", "the mat", "a cat")).Ids;

        var some = await Client.DeleteExamplesAsync(new() { Domain = _domain, Model = "story", Ids = { ids[0], ids[1], new string('0', 32) } }, cancellationToken: Token);
        var one = await Client.ScoreAsync(new() { Text = "the cat", Domain = _domain }, cancellationToken: Token);
        var rest = await Client.DeleteExamplesAsync(new() { Domain = _domain, Model = "story" }, cancellationToken: Token);
        var none = await Client.ScoreAsync(new() { Text = "the cat", Domain = _domain }, cancellationToken: Token);

        Assert.Equal((2, 1), (some.Count, rest.Count));
        Assert.Equal((1, Outcome.NoNeighbours), (one.Adaptation.Neighbours, none.Adaptation.Outcome));
    }

    [Fact]
    public async Task DeleteDomain_WithExamplesOfBothModels_DeletesThem()
    {
        await AddAsync("story", null, "the cat");
        await AddAsync("mood", "positive", "the cat");
        var domains = new V1.Adaptation.AdaptationClient(fixture.Host.Channel(Fixture.Everything.Key));
        Assert.Equal(_domain, (await domains.GetDomainAsync(new() { Domain = _domain }, cancellationToken: Token)).Name); // it began

        await domains.DeleteDomainAsync(new() { Domain = _domain }, cancellationToken: Token);

        Assert.Equal(0, (await CountAsync()).Count);
        Assert.Equal(0, (await Client.GetExamplesAsync(new() { Domain = _domain, Model = "mood" }, cancellationToken: Token)).Count);
        Assert.Equal(Outcome.NoNeighbours, await OutcomeAsync(new() { Text = "the cat" }));
    }

    [Fact]
    public async Task AddExamples_MoreThanFit_ReplaceThoseThatExpireFirst()
    {
        await AddAsync("story", null, [.. Enumerable.Range(0, 100).Select(i => $"the cat {i}")]);
        var soon = await Client.AddExamplesAsync(
            new() { Domain = _domain, Model = "story", Examples = { new Example { Text = "soon" } }, Ttl = Duration.FromTimeSpan(TimeSpan.FromMinutes(2)) }, cancellationToken: Token);
        for (var i = 0; i < 9; i++) await AddAsync("story", null, [.. Enumerable.Range(0, 100).Select(k => $"a {i} {k}")]);

        var count = await CountAsync();
        var gone = await Client.DeleteExamplesAsync(new() { Domain = _domain, Model = "story", Ids = { soon.Ids } }, cancellationToken: Token);

        Assert.Equal(1000, count.Count);
        Assert.Equal(0, gone.Count);
        Assert.True(soon.Examples.NextExpireTime.ToDateTimeOffset() < DateTimeOffset.FromUnixTimeSeconds(count.NextExpireTime.Seconds));
    }

    public static TheoryData<string, string, AddExamplesRequest> BadFields => new()
    {
        { "domain", "Given: ''.", new() { Model = "story", Examples = { new Example { Text = "a" } } } },
        { "examples", "must be from 1 to 100. Given: 0.", new() { Domain = "a", Model = "story" } },
        { "examples", "must be from 1 to 100. Given: 101.", new() { Domain = "a", Model = "story", Examples = { Enumerable.Repeat(new Example { Text = "a" }, 101) } } },
        { "examples[1].text", "1 to 10000 characters (Text:Examples:MaxCharacters). Given: 0.", new() { Domain = "a", Model = "story", Examples = { new Example { Text = "a" }, new Example() } } },
        { "examples[0].text", "Given: 10001.", new() { Domain = "a", Model = "story", Examples = { new Example { Text = new string('a', 10_001) } } } },
        { "examples[0].label", "must be empty: the model story has no labels", new() { Domain = "a", Model = "story", Examples = { new Example { Text = "a", Label = "good" } } } },
        { "examples[0].label", "must be one of negative, neutral, positive. Given: 'good'.", new() { Domain = "a", Model = "mood", Examples = { new Example { Text = "a", Label = "good" } } } },
        { "examples[0].label", "Given: ''.", new() { Domain = "a", Model = "mood", Examples = { new Example { Text = "a" } } } },
        { "ttl", "from 1 minute to 365 days. Given: 59 s", new() { Domain = "a", Model = "story", Examples = { new Example { Text = "a" } }, Ttl = new Duration { Seconds = 59 } } },
        { "model", "one of mood, story", new() { Domain = "a", Examples = { new Example { Text = "a" } } } },
    };

    [Theory]
    [MemberData(nameof(BadFields), DisableDiscoveryEnumeration = true)]
    public async Task AddExamples_BadField_NamesFieldAndValue(string field, string given, AddExamplesRequest request)
    {
        var failure = await GrpcErrors.FailureAsync(Client.AddExamplesAsync(request, cancellationToken: Token));

        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "INVALID_REQUEST", given);
        Assert.Equal([field], GrpcErrors.Fields(failure));
    }

    [Fact]
    public async Task Score_BadAdaptation_NamesEveryField()
    {
        var request = new ScoreRequest { Text = "a", Domain = "/", Adaptation = new() { Steps = 101, Neighbours = 257, LatencyBudget = new Duration { Seconds = -1 } } };

        var failure = await GrpcErrors.FailureAsync(Client.ScoreAsync(request, cancellationToken: Token));

        Assert.Equal(["domain", "adaptation.steps", "adaptation.latency_budget", "adaptation.neighbours"], GrpcErrors.Fields(failure));
    }

    [Fact]
    public async Task DeleteExamples_IdThatIsNone_NamesIt()
    {
        var failure = await GrpcErrors.FailureAsync(Client.DeleteExamplesAsync(new() { Domain = _domain, Model = "story", Ids = { "*" } }, cancellationToken: Token));

        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "INVALID_REQUEST", "Given: '*'.");
    }

    [Fact]
    public async Task Score_TextThatCannotBeUsed_IsRefusedBeforeAnythingIsLearnt()
    {
        await AddAsync("story", null, "the cat");

        var failure = await GrpcErrors.FailureAsync(Client.ScoreAsync(new() { Text = new string('a', 100), Domain = _domain }, cancellationToken: Token));

        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "TEXT_TOO_LONG", "at most 48 tokens");
    }

    [Fact]
    public async Task Examples_Always_StayOutOfTheLog()
    {
        await AddAsync("story", null, Secret);
        await Client.ScoreAsync(new() { Text = Secret, Domain = _domain }, cancellationToken: Token);

        Assert.DoesNotContain(fixture.Logs.Lines, line => line.Contains("zephyr", StringComparison.Ordinal));
    }

    private async Task<AddExamplesResponse> AddAsync(string model, string? label, params string[] texts) => await Client.AddExamplesAsync(
        new() { Domain = _domain, Model = model, Examples = { texts.Select(text => new Example { Text = text, Label = label ?? "" }) } }, cancellationToken: Token);

    private async Task<V1.DomainExamples> CountAsync() => await Client.GetExamplesAsync(new() { Domain = _domain, Model = "story" }, cancellationToken: Token);

    private async Task<Outcome> OutcomeAsync(ScoreRequest request)
    {
        request.Domain = _domain;
        return (await Client.ScoreAsync(request, cancellationToken: Token)).Adaptation.Outcome;
    }

    private async Task<(string Text, GenerationResult Result)> GenerateAsync(GenerateRequest request)
    {
        using var call = Client.Generate(request, cancellationToken: Token);
        var (text, result) = (new StringBuilder(), (GenerationResult?)null);
        await foreach (var response in call.ResponseStream.ReadAllAsync(Token))
        {
            text.Append(response.Text);
            result = response.Result ?? result;
        }

        return (text.ToString(), result!);
    }

    /// <summary>The server.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        internal static readonly TestClient Everything = TestClient.New("everything", "recognise adapt administer");
        internal static readonly TestClient Foreign = TestClient.New("foreigner", "recognise adapt administer", "acme");
        internal static readonly TestClient Poor = TestClient.New("poor", "recognise adapt");

        private readonly TinyTextModel _story = TinyTextModel.Gpt2();
        private readonly TinyTextModel _mood = TinyTextModel.Bert();

        internal AccessHost Host { get; private set; } = null!;

        internal CapturedLogs Logs { get; } = new();

        internal V1.Text.TextClient Client { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Host = await AccessHost.StartAsync(
                time: null, Logs,
                [
                    .. Everything.Settings, .. Foreign.Settings, .. Poor.Settings, "--Access:Clients:poor:AdaptationPerDay=00:00:00.001",
                    $"--Text:Models:story={_story.FolderPath}", $"--Text:Models:mood={_mood.FolderPath}", "--Logging:LogLevel:Default=Information",
                ]);
            Client = new V1.Text.TextClient(Host.Channel(Everything.Key));
        }

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            Logs.Dispose();
            _story.Dispose();
            _mood.Dispose();
        }
    }
}
