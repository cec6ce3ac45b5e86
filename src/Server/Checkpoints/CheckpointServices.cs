using Attune.Server.Serving;
using Attune.Server.State;
using Attune.Server.Workers;

namespace Attune.Server.Checkpoints;

/// <summary>What keeping and activating checkpoints is made of.</summary>
internal static class CheckpointServices
{
    public static void AddCheckpoints(this IServiceCollection services)
    {
        services.AddSingleton<CheckpointLoader>();
        services.AddSingleton<CheckpointGate>();
        services.AddSingleton<TextCheckpointGate>();
        services.AddSingleton<DomainCarrier>();
        services.AddSingleton<TextCarrier>();
        services.AddSingleton<SpeechSlot>();
        services.AddSingleton<TextSlots>();
        services.AddSingleton<ModelSlots>();
        services.AddSingleton<ActivationStore>();
        services.AddSingleton<CheckpointActivator>();
        services.AddHostedService<CheckpointFollower>();
        services.AddGrpc().AddServiceOptions<CheckpointService>(options => options.Interceptors.Add<StatusInterceptor>());
    }
}
