using System.Net.Http.Headers;
using Attune.Server.Tests.Domains;
using Attune.Server.Tests.State;
using Attune.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Attune.Server.Tests.Access;

/// <summary>A server on a loopback port that knows clients, whose domains learn as those of <see cref="DomainHost"/>.</summary>
internal sealed class AccessHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<IDisposable> _open = [];

    private AccessHost(WebApplication app) => _app = app;

    /// <summary>Where this machine reaches it.</summary>
    public string Url => _app.Urls.First().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal);

    public IServiceProvider Services => _app.Services;

    /// <summary>Addresses in the order in which the settings name them.</summary>
    public IReadOnlyList<string> Urls => [.. _app.Urls];

    private static CancellationToken Token => TestStore.Token;

    public static Task<AccessHost> StartAsync(params string[] settings) => StartAsync(time: null, logs: null, settings);

    /// <param name="time">Clock; null for the system's.</param>
    /// <param name="logs">Told everything; null for nobody.</param>
    /// <param name="settings">Beside those of quick domains, which they outweigh.</param>
    public static async Task<AccessHost> StartAsync(TimeProvider? time, CapturedLogs? logs, params string[] settings)
    {
        var app = await ServerHost.BuildAsync([.. DomainHost.Quick, .. settings], services =>
        {
            if (time is not null) services.AddSingleton(time);
            if (logs is not null) services.AddSingleton<ILoggerProvider>(logs);
        });
        await app.StartAsync(Token);
        return new AccessHost(app);
    }

    /// <summary>A channel of someone who shows a credential, or nothing.</summary>
    public GrpcChannel Channel(string? credential)
    {
        var channel = GrpcChannel.ForAddress(Url, new GrpcChannelOptions { HttpClient = Http(credential) });
        _open.Add(channel);
        return channel;
    }

    public Speech.SpeechClient Speech(string? credential) => new(Channel(credential));

    public V1.Adaptation.AdaptationClient Domains(string? credential) => new(Channel(credential));

    /// <summary>Plain HTTP/2 of someone who shows a credential, or nothing.</summary>
    public HttpClient Http(string? credential)
    {
        var http = new HttpClient { BaseAddress = new Uri(Url), Timeout = Timeout.InfiniteTimeSpan };
        if (credential is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", credential);
        _open.Add(http);
        return http;
    }

    /// <summary>Recognises a sample, for a domain if one is named.</summary>
    public static async Task<SpeechRecognitionResult> SayAsync(
        Speech.SpeechClient speech, string domain = "", string sample = Samples.Clean, int? steps = null) =>
        Assert.Single((await Say(speech, domain, sample, steps).ResponseAsync).Results);

    /// <summary>The same as a call.</summary>
    public static AsyncUnaryCall<RecognizeResponse> Say(Speech.SpeechClient speech, string domain = "", string sample = Samples.Clean, int? steps = null)
    {
        var config = new RecognitionConfig { Domain = domain };
        if (steps is { } count) config.Adaptation = new AdaptationConfig { Steps = count };
        return speech.RecognizeAsync(Samples.Request(Samples.Wav(sample), config), cancellationToken: Token);
    }

    /// <summary>Waits until a domain has so many utterances, as its owner sees it.</summary>
    public static async Task<Domain> StoredAsync(V1.Adaptation.AdaptationClient domains, string name, long utterances)
    {
        while (true)
        {
            try
            {
                if (await domains.GetDomainAsync(new GetDomainRequest { Domain = name }, cancellationToken: Token) is { } domain && domain.Utterances >= utterances) return domain;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.NotFound)
            {
                // It is on its way.
            }

            await Task.Delay(20, Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var item in _open) item.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
