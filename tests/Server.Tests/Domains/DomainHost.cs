using Attune.Server.Domains;
using Attune.Server.Serving;
using Attune.Server.State;
using Attune.Server.Tests.State;
using Attune.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Attune.Server.Tests.Domains;

/// <summary>A server on a loopback port whose domains learn quickly: few parameters, one fast step, two utterances for an update and none held back.</summary>
internal sealed class DomainHost : IAsyncDisposable
{
    public const string Line = "line-7";

    /// <summary>Settings that all have.</summary>
    public static readonly string[] Quick =
    [
        "--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None", "--Adaptation:Fast:Parameters", "top-1", "--Adaptation:Slow:FastSteps", "1",
        "--Adaptation:Slow:UtterancesPerUpdate", "2", "--Adaptation:Gate:HeldBack", "0", "--State:LeaseDuration", "00:00:02",
    ];

    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private DomainHost(WebApplication app)
    {
        _app = app;
        _channel = GrpcChannel.ForAddress(Url);
        Speech = new Speech.SpeechClient(_channel);
        Domains = new V1.Adaptation.AdaptationClient(_channel);
    }

    public string Url => _app.Urls.First();

    /// <summary>Where the door for browsers is, if there is one.</summary>
    public string WebUrl => _app.Urls.Last();

    /// <summary>Where the page for Prometheus is, if there is one.</summary>
    public string MetricsUrl => _app.Urls.Last();

    public Speech.SpeechClient Speech { get; }

    public V1.Adaptation.AdaptationClient Domains { get; }

    public GrpcChannel Channel => _channel;

    public ScopeStores Stores => Get<ServingModel>().Domains.Stores;

    public StateConnection Connection => Get<StateConnection>();

    public UtteranceOutbox Outbox => Get<UtteranceOutbox>();

    /// <summary>A service.</summary>
    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public DomainReader Reader => Get<ServingModel>().Domains.Reader;

    public DomainCatalogue Catalogue => Get<ServingModel>().Domains.Catalogue;

    private static CancellationToken Token => TestStore.Token;

    /// <summary>Starts one.</summary>
    /// <param name="settings">Beside those that all have, which they outweigh.</param>
    public static Task<DomainHost> StartAsync(params string[] settings) => StartAsync(TimeProvider.System, settings);

    /// <summary>Starts one with a clock.</summary>
    public static async Task<DomainHost> StartAsync(TimeProvider time, params string[] settings)
    {
        var app = await ServerHost.BuildAsync([.. Quick, .. settings], services => services.AddSingleton(time));
        await app.StartAsync(Token);
        return new DomainHost(app);
    }

    /// <summary>Recognises a sample for a domain.</summary>
    public Task<SpeechRecognitionResult> SayAsync(string domain = Line, string sample = Samples.Clean, int? steps = null) =>
        SayAsync(Samples.Wav(sample), domain, steps);

    /// <summary>Recognises a WAV file for a domain.</summary>
    public async Task<SpeechRecognitionResult> SayAsync(byte[] wav, string domain = Line, int? steps = null)
    {
        var config = new RecognitionConfig { Domain = domain };
        if (steps is { } count) config.Adaptation = new AdaptationConfig { Steps = count };
        return Assert.Single((await Speech.RecognizeAsync(Samples.Request(wav, config), cancellationToken: Token)).Results);
    }

    /// <summary>Recognises two samples and waits for the update that they make.</summary>
    public async Task<V1.DomainEvent> TeachAsync(string domain = Line)
    {
        using var watch = Watch(domain, after: await LastEventAsync());
        foreach (var sample in new[] { "digits-clean-1", "digits-clean-2" }) await SayAsync(domain, sample);
        var update = await NextAsync(watch);
        await Catalogue.RefreshAsync(domain);
        return update;
    }

    /// <summary>Id of the newest event.</summary>
    public Task<long> LastEventAsync() => Stores.Events.LastIdAsync(Token);

    /// <summary>Watches a domain from an event on.</summary>
    public AsyncServerStreamingCall<V1.DomainEvent> Watch(string domain, long after) =>
        Domains.WatchEvents(new WatchEventsRequest { Domain = domain, AfterId = after }, cancellationToken: Token);

    public static async Task<V1.DomainEvent> NextAsync(AsyncServerStreamingCall<V1.DomainEvent> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext(Token));
        return watch.ResponseStream.Current;
    }

    public async Task<Domain> GetAsync(string domain = Line) => await Domains.GetDomainAsync(new GetDomainRequest { Domain = domain }, cancellationToken: Token);

    /// <summary>Waits until everything that was said is stored, however long the store is away.</summary>
    public Task StoredAsync(string domain, long utterances) =>
        UntilAsync(async () => await Stores.Domains.ReadAsync(domain, Token) is { } head && head.Utterances >= utterances);

    /// <summary>Waits until everything that was said is stored, and until it is learnt from as far as it fills updates.</summary>
    public async Task LearntAsync(string domain, long utterances)
    {
        await StoredAsync(domain, utterances);
        await UntilAsync(async () => await Stores.Domains.CountWaitingAsync(domain, Token) < 2);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        while (true)
        {
            try
            {
                if (await isSo()) return;
            }
            catch (StateUnavailableException)
            {
                // Asked again.
            }

            await Task.Delay(20, Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
