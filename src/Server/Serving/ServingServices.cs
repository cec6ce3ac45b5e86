using Attune.Adaptation;
using Attune.Adaptation.Network;
using Attune.Recognition.Audio;
using Attune.Recognition.Models;
using Attune.Server.Checkpoints;
using Attune.Server.Serving.Riva;
using Attune.Server.Serving.Streaming;
using Attune.Server.Serving.Web;
using Grpc.AspNetCore.Server;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Attune.Server.Serving;

/// <summary>What serving is made of. The container disposes in reverse order of creation: engine, then the model that serves.</summary>
internal static class ServingServices
{
    public static void AddSpeech(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RecognitionSettings>();
        services.AddSingleton<BackgroundLanguage>();
        services.AddSingleton<ModelLoader>();
        services.AddSingleton(CreateThreads);
        services.AddSingleton(provider => new ServingModel(provider.GetRequiredService<CheckpointLoader>().LoadInitial(provider.GetRequiredService<ModelLoader>())));
        services.AddSingleton(provider => new AudioDecoder(provider.GetRequiredService<RecognitionSettings>().Audio));
        services.AddSingleton(provider => new Admission(
            provider.GetRequiredService<IOptions<ServingOptions>>().Value.MaxConcurrentRequests, $"{ServingOptions.Section}:{nameof(ServingOptions.MaxConcurrentRequests)}"));
        services.AddSingleton<ComputeTurns>();
        services.AddSingleton<StreamAdmission>();
        services.AddSingleton<StreamRunner>();
        services.AddSingleton<StreamSocket>();
        services.AddSingleton<PageOrigins>();
        services.AddCors();
        services.AddSingleton<SpeechEngine>();
        services.AddSingleton<ServerLoad>();

        services.AddGrpc()
            .AddJsonTranscoding(JsonDoor.Configure)
            .AddServiceOptions<SpeechService>(options => options.Interceptors.Add<StatusInterceptor>())
            .AddServiceOptions<RivaService>(options => options.Interceptors.Add<StatusInterceptor>())
            .AddServiceOptions<AdaptationService>(options => options.Interceptors.Add<StatusInterceptor>());
        services.AddSingleton<StatusInterceptor>();
        services.AddOptions<GrpcServiceOptions>().Configure<IOptions<ServingOptions>>(
            (grpc, serving) => grpc.MaxReceiveMessageSize = serving.Value.MaxMessageBytes);
    }

    /// <summary>Threads that all models share, as many as the configured one is fastest with.</summary>
    private static AdaptationThreads CreateThreads(IServiceProvider provider)
    {
        var settings = provider.GetRequiredService<RecognitionSettings>();
        var config = ModelConfigReader.Read(Path.Combine(settings.Recognition.ResolveModel(), "config.json"));
        return new AdaptationThreads(settings.Threads, Wav2Vec2Network.PreferredThreads(config), provider.GetRequiredService<TimeProvider>(), Niceness.FastUpdate);
    }
}
