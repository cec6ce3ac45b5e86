using System.Text;
using Attune.Server.State;
using Attune.Server.Tests.Access;
using Attune.Server.Tests.Domains;
using Attune.Server.Text;
using Attune.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Attune.Server.Tests.Text;

/// <summary>A server that learns quickly, and its clients.</summary>
internal sealed class TextLearningSite(AccessHost host, TinyTextModel[] models) : IAsyncDisposable
{
    /// <summary>What requests are about, and examples too.</summary>
    public const string Asked = "the cat sat on the mat";

    /// <summary>Examples of an update: with half of them held back, one in 16 million has none of either kind.</summary>
    public const int PerUpdate = 24;

    /// <summary>Whose clients these are.</summary>
    public static readonly TestClient Owner = TestClient.New("owner", "recognise adapt administer");

    /// <summary>Somebody of another tenant.</summary>
    public static readonly TestClient Foreign = TestClient.New("foreigner", "recognise adapt administer", "acme");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public AccessHost Host => host;

    public V1.Text.TextClient Text { get; } = new(host.Channel(Owner.Key));

    public V1.Adaptation.AdaptationClient Domains { get; } = host.Domains(Owner.Key);

    public StateConnection Connection => host.Services.GetRequiredService<StateConnection>();

    public static async Task<TextLearningSite> StartAsync(params string[] settings)
    {
        TinyTextModel[] models = [TinyTextModel.Gpt2(), TinyTextModel.Bert()];
        var host = await AccessHost.StartAsync(
        [
            .. Owner.Settings, .. Foreign.Settings, $"--Text:Models:story={models[0].FolderPath}", $"--Text:Models:mood={models[1].FolderPath}", "--Text:Adaptation:Steps=0",
            $"--Text:Slow:ExamplesPerUpdate={PerUpdate}", "--Text:Slow:HeldBackShare=0.5", "--Text:Slow:LearningRate=0.02", "--Text:Slow:MinLocality=0", .. settings,
        ]);
        return new TextLearningSite(host, models);
    }

    public async Task AddAsync(string domain, string model, string[] texts, string label = "")
    {
        foreach (var part in texts.Chunk(100))
        {
            await Text.AddExamplesAsync(
                new() { Domain = domain, Model = model, Examples = { part.Select(text => new Example { Text = text, Label = label }) } }, cancellationToken: Token);
        }
    }

    /// <summary>Adds examples and waits for the update that they make.</summary>
    public async Task<V1.DomainEvent> TeachAsync(string domain, string model, string[]? texts = null, string label = "")
    {
        using var watch = await WatchAsync(domain, model);
        await AddAsync(domain, model, texts ?? Examples(PerUpdate), label);
        var update = await DomainHost.NextAsync(watch);
        await RefreshAsync(domain, model);
        return update;
    }

    /// <summary>Events of a domain from now on.</summary>
    public async Task<AsyncServerStreamingCall<V1.DomainEvent>> WatchAsync(string domain, string model)
    {
        var watch = Domains.WatchEvents(new() { Domain = domain, Model = model }, cancellationToken: Token);
        await watch.ResponseHeadersAsync;
        return watch;
    }

    /// <summary>Waits for what an event brings about anyway.</summary>
    public Task RefreshAsync(string domain, string model) => host.Services.GetRequiredService<TextDomains>().Find(model).Catalogue.RefreshAsync(domain);

    public async Task<ScoreResponse> ScoreAsync(string domain, TextAdaptationConfig? adaptation = null) =>
        await Text.ScoreAsync(new() { Text = Asked, Domain = domain, Adaptation = adaptation }, cancellationToken: Token);

    public async Task<(string Text, GenerationResult Result)> GenerateAsync(string domain)
    {
        using var call = Text.Generate(new() { Text = "a", MaxTokens = 8, Domain = domain }, cancellationToken: Token);
        var (text, result) = (new StringBuilder(), (GenerationResult?)null);
        await foreach (var response in call.ResponseStream.ReadAllAsync(Token))
        {
            text.Append(response.Text);
            result = response.Result ?? result;
        }

        return (text.ToString(), result!);
    }

    public async Task<ListRevisionsResponse> RevisionsAsync(string domain) =>
        await Domains.ListRevisionsAsync(new() { Domain = domain, Model = "story" }, cancellationToken: Token);

    /// <summary>As many texts as are wanted, of five kinds.</summary>
    public static string[] Examples(int count, string text = Asked) => [.. Enumerable.Range(0, count).Select(i => $"{text} {i % 5}")];

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        foreach (var model in models) model.Dispose();
    }
}
