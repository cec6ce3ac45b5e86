using Attune.Adaptation;
using Attune.Adaptation.Collapse;
using Attune.Adaptation.Fast;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Audio;
using Attune.Recognition.Models;
using Attune.Server.Configuration;
using Attune.Server.Serving.Riva;
using Attune.Server.Serving.Streaming;
using Attune.Server.Serving.Web;
using Grpc.AspNetCore.Server;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Attune.Server.Serving;

/// <summary>What serving is made of. The container disposes in reverse order of creation: engine, recognizer, model.</summary>
internal static class ServingServices
{
    public static void AddSpeech(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RecognitionSettings>();
        services.AddSingleton(provider => Model.Open(provider.GetRequiredService<RecognitionSettings>().Recognition.ResolveModel()));
        services.AddSingleton(CreateRecognizer);
        services.AddSingleton(provider => new AudioDecoder(provider.GetRequiredService<RecognitionSettings>().Audio));
        services.AddSingleton<Admission>();
        services.AddSingleton<StreamAdmission>();
        services.AddSingleton<StreamRunner>();
        services.AddSingleton<StreamSocket>();
        services.AddSingleton<SpeechEngine>();

        services.AddGrpc()
            .AddServiceOptions<SpeechService>(options => options.Interceptors.Add<StatusInterceptor>())
            .AddServiceOptions<RivaService>(options => options.Interceptors.Add<StatusInterceptor>())
            .AddServiceOptions<AdaptationService>(options => options.Interceptors.Add<StatusInterceptor>());
        services.AddSingleton<StatusInterceptor>();
        services.AddOptions<GrpcServiceOptions>().Configure<IOptions<ServingOptions>>(
            (grpc, serving) => grpc.MaxReceiveMessageSize = serving.Value.MaxMessageBytes);
    }

    private static AdaptiveRecognizer CreateRecognizer(IServiceProvider provider)
    {
        var settings = provider.GetRequiredService<RecognitionSettings>();
        var model = provider.GetRequiredService<Model>();
        try
        {
            ParameterSet.Parse(settings.Fast.Parameters).In(model.Layout, model.Config);
        }
        catch (ArgumentException exception)
        {
            throw new ConfigurationException(
                [$"{FastUpdateOptions.Section}:{nameof(settings.Fast.Parameters)} does not fit the model {model.Name}: {exception.Message}"], exception);
        }

        return new AdaptiveRecognizer(
            model,
            settings.Recognition,
            settings.Onnx,
            settings.Fast,
            settings.Threads,
            provider.GetRequiredService<TimeProvider>(),
            collapseOptions: provider.GetRequiredService<IOptions<CollapseOptions>>().Value);
    }
}
