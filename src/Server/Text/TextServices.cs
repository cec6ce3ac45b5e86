using Attune.Server.Serving;
using Attune.Server.Workers;
using Microsoft.Extensions.Options;

namespace Attune.Server.Text;

/// <summary>What serving text is made of. The container disposes in reverse order of creation: runner, then models.</summary>
internal static class TextServices
{
    public static void AddText(this IServiceCollection services)
    {
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<ExampleOptions>>().Value);
        services.AddSingleton<TextModelOpener>();
        services.AddSingleton<TextModels>();
        services.AddSingleton<TextRunner>();
        services.AddSingleton<ExampleCatalogue>();
        services.AddSingleton<ExampleSearch>();
        services.AddSingleton<DomainExamples>();
        services.AddSingleton<TentDomains>();
        services.AddSingleton<TextAdaptations>();
        services.AddSingleton<TextChanges>();
        services.AddSingleton<TextDomains>();
        services.AddHostedService<TextLearningWorker>();
        services.AddGrpc().AddServiceOptions<TextService>(options => options.Interceptors.Add<StatusInterceptor>());
    }
}
