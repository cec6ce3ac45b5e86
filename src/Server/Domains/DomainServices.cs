using Attune.Adaptation;
using Attune.Adaptation.Gate;
using Attune.Adaptation.Slow;
using Attune.Server.State;
using Attune.Server.Workers;
using Microsoft.Extensions.Options;

namespace Attune.Server.Domains;

/// <summary>What domains are made of.</summary>
internal static class DomainServices
{
    public static void AddDomains(this IServiceCollection services)
    {
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<StateOptions>>().Value);
        services.AddSingleton<StateConnection>();
        services.AddSingleton(CreateScope);
        services.AddSingleton<ScopeStores>();
        services.AddSingleton<DomainReader>();
        services.AddSingleton(provider => new DomainCatalogue(
            provider.GetRequiredService<DomainReader>(),
            provider.GetRequiredService<StateConnection>(),
            provider.GetRequiredService<StateOptions>(),
            provider.GetRequiredService<AdaptiveRecognizer>().CreateDetector,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<DomainCatalogue>>()));
        services.AddSingleton<UtteranceOutbox>();
        services.AddSingleton<DomainSpeech>();
        services.AddSingleton<LearningThread>();
        services.AddSingleton<DomainUpdater>();
        services.AddHostedService<StateWorker>();
        services.AddHostedService<LearningWorker>();
    }

    private static StateScope CreateScope(IServiceProvider provider)
    {
        var recognizer = provider.GetRequiredService<AdaptiveRecognizer>();
        var slow = provider.GetRequiredService<IOptions<SlowUpdateOptions>>().Value;
        var gate = provider.GetRequiredService<IOptions<GateOptions>>().Value;
        var roundSize = slow.ResolveStrategy().LearnsSlowly ? recognizer.CreateLearner(slow, gate, GuardSet.Empty).RoundSize : 0;
        return new StateScope(
            RedisKeys.For(recognizer.Model, recognizer.ParameterSet), recognizer.Model.Sha256, recognizer.ParameterSet, recognizer.Source.Layout, roundSize);
    }
}
