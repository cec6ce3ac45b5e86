using Attune.Recognition.Acoustic;
using Attune.Server.Tests.Access;
using Attune.Server.Tests.State;
using Attune.Server.Text;
using Attune.V1;
using Microsoft.Extensions.DependencyInjection;
using Method = Attune.V1.TextAdaptationReport.Types.Method;
using Outcome = Attune.V1.TextAdaptationReport.Types.Outcome;

namespace Attune.Server.Tests.Text;

/// <summary>Classifiers that become more certain of a domain's texts.</summary>
public sealed class TentServingTests : IDisposable
{
    private const string Line = "line-7";

    private static readonly TestClient Teacher = TestClient.New("teacher", "recognise adapt administer");
    private static readonly TestClient Reader = TestClient.New("reader", "recognise");

    private readonly TinyTextModel _mood = TinyTextModel.Bert();

    [Fact]
    public async Task Classify_PerRequest_IsMoreCertainAndForgets()
    {
        await using var host = await StartAsync("per-request");
        var client = Client(host, Teacher);
        var plain = await client.ClassifyAsync(new() { Text = "the good cat" });

        var adapted = await client.ClassifyAsync(new() { Text = "the good cat", Domain = Line, Adaptation = new() { Steps = 5 } });
        var after = await client.ClassifyAsync(new() { Text = "the good cat" });
        var none = await client.ClassifyAsync(new() { Text = "the good cat", Domain = Line, Adaptation = new() { Steps = 0 } });

        Assert.Equal((Outcome.Adapted, Method.Entropy, 5), (adapted.Adaptation.Outcome, adapted.Adaptation.Method, adapted.Adaptation.Steps));
        Assert.True(adapted.Adaptation.LossAfter < adapted.Adaptation.LossBefore);
        Assert.True(adapted.Labels[0].Probability > plain.Labels[0].Probability);
        Assert.Equal(plain.Labels, after.Labels);
        Assert.Equal((Outcome.NotRequested, plain.Labels), (none.Adaptation.Outcome, none.Labels));
    }

    [Fact]
    public async Task Classify_Continual_ServesTheStepsOfItsDomainAlone()
    {
        await using var host = await StartAsync("continual", "--Text:Tent:BatchSize=2", "--Text:Tent:LearningRate=0.001");
        var client = Client(host, Teacher);
        var plain = await client.ClassifyAsync(new() { Text = "the good cat" });
        var first = await client.ClassifyAsync(new() { Text = "the good cat", Domain = Line });
        await client.ClassifyAsync(new() { Text = "the bad mat", Domain = Line });

        await UpdatedAsync(host, Line, updates: 1);
        var adapted = await client.ClassifyAsync(new() { Text = "the good cat", Domain = Line });
        var other = await client.ClassifyAsync(new() { Text = "the good cat", Domain = "other" });

        Assert.Equal((Outcome.NotRequested, Method.ContinualEntropy), (first.Adaptation.Outcome, first.Adaptation.Method));
        Assert.Equal((Outcome.Adapted, Method.ContinualEntropy, 1L), (adapted.Adaptation.Outcome, adapted.Adaptation.Method, adapted.Adaptation.Updates));
        Assert.NotEqual(plain.Labels, adapted.Labels);
        Assert.Equal(plain.Labels, other.Labels);
        Assert.Equal(Line, (await host.Domains(Teacher.Key).GetDomainAsync(new() { Domain = Line })).Name);
    }

    [Fact]
    public async Task Classify_ByWhoeverMayNotTeach_ChangesNothing()
    {
        await using var host = await StartAsync("continual", "--Text:Tent:BatchSize=1");
        var client = Client(host, Reader);

        await client.ClassifyAsync(new() { Text = "the good cat", Domain = Line });
        await client.ClassifyAsync(new() { Text = "the bad cat", Domain = Line });

        var domain = Entry(host, Line);
        Assert.False(domain.State.TryBegin());
        Assert.Null(domain.Serving.Parameters);
    }

    [Fact]
    public async Task Classify_CollapsedWeights_AreAnsweredByTheModelAndGone()
    {
        await using var host = await StartAsync("continual", "--Text:Tent:BatchSize=1", "--Text:Tent:LearningRate=0.0001");
        var client = Client(host, Teacher);
        var plain = await client.ClassifyAsync(new() { Text = "the good cat" });
        await client.ClassifyAsync(new() { Text = "the good cat", Domain = Line });
        await UpdatedAsync(host, Line, updates: 1);
        // What answers is no number: as if memory had failed.
        var version = Entry(host, Line).Serving;
        Spoil(version.Parameters!);

        var answer = await client.ClassifyAsync(new() { Text = "the good cat", Domain = Line });

        Assert.Equal((Outcome.Collapsed, 0L), (answer.Adaptation.Outcome, answer.Adaptation.Updates));
        Assert.Equal(plain.Labels, answer.Labels);
        Assert.Equal(1, Entry(host, Line).State.Resets);
    }

    [Fact]
    public async Task Domain_FrozenThenReset_LearnsNothingAndGoesBack()
    {
        await using var host = await StartAsync("continual", "--Text:Tent:BatchSize=1", "--Text:Tent:LearningRate=0.0001");
        var (client, domains) = (Client(host, Teacher), host.Domains(Teacher.Key));
        await client.ClassifyAsync(new() { Text = "the good cat", Domain = Line });
        await UpdatedAsync(host, Line, updates: 1);

        await domains.FreezeDomainAsync(new() { Domain = Line });
        for (var i = 0; i < 3; i++) await client.ClassifyAsync(new() { Text = "the good cat", Domain = Line });
        var frozen = await client.ClassifyAsync(new() { Text = "the good cat", Domain = Line });
        await domains.ResetDomainAsync(new() { Domain = Line });
        var reset = await client.ClassifyAsync(new() { Text = "the good cat", Domain = Line });

        Assert.Equal((Outcome.Adapted, 1L), (frozen.Adaptation.Outcome, frozen.Adaptation.Updates));
        Assert.Equal((Outcome.NotRequested, 0L), (reset.Adaptation.Outcome, reset.Adaptation.Updates));
    }

    [Fact]
    public async Task Classify_LabelledExamples_GoBeforeTent()
    {
        await using var host = await StartAsync("continual");
        var client = Client(host, Teacher);
        await client.AddExamplesAsync(new() { Domain = Line, Examples = { new Example { Text = "the good cat", Label = "neutral" } } });

        var adapted = await client.ClassifyAsync(new() { Text = "the good cat", Domain = Line });

        Assert.Equal((Outcome.Adapted, Method.Neighbours), (adapted.Adaptation.Outcome, adapted.Adaptation.Method));
    }

    public void Dispose() => _mood.Dispose();

    private static V1.Text.TextClient Client(AccessHost host, TestClient client) => new(host.Channel(client.Key));

    private static TentDomains.Entry Entry(AccessHost host, string domain)
    {
        using var lease = host.Services.GetRequiredService<TextModels>().Lease("mood");
        return host.Services.GetRequiredService<TentDomains>().Of(lease.Model, domain);
    }

    private static async Task UpdatedAsync(AccessHost host, string domain, long updates)
    {
        while (Entry(host, domain).Serving.Updates < updates) await Task.Delay(20, TestStore.Token);
    }

    /// <summary>Writes into memory that nobody may write to.</summary>
    private static void Spoil(AdaptableParameters parameters) =>
        System.Runtime.InteropServices.MemoryMarshal.AsMemory(parameters.Values).Span.Fill(float.NaN);

    private Task<AccessHost> StartAsync(string strategy, params string[] settings) => AccessHost.StartAsync(
        [.. Teacher.Settings, .. Reader.Settings, $"--Text:Models:mood={_mood.FolderPath}", $"--Text:Tent:Strategy={strategy}", .. settings]);
}
