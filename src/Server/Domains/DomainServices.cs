using Attune.Adaptation;
using Attune.Server.Serving;
using Attune.Server.State;
using Attune.Server.Workers;
using Microsoft.Extensions.Options;

namespace Attune.Server.Domains;

/// <summary>What domains are made of, but for what belongs to one model: see <see cref="ModelDomains"/>.</summary>
internal static class DomainServices
{
    public static void AddDomains(this IServiceCollection services)
    {
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<StateOptions>>().Value);
        services.AddSingleton<StateConnection>();
        services.AddSingleton<UtteranceOutbox>();
        services.AddSingleton(provider => new BackgroundThread(Niceness.Learning, provider.GetRequiredService<RecognitionSettings>().Threads.OnlyIdleCores));
        services.AddSingleton<RequestPrecedence>();
        services.AddSingleton<GuardSets>();
        services.AddHostedService<StateWorker>();
        services.AddHostedService<LearningWorker>();
    }
}
