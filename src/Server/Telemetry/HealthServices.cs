using Attune.V1;

namespace Attune.Server.Telemetry;

/// <summary>grpc.health.v1, for the server as a whole ("") and for attune.v1.Speech.</summary>
internal static class HealthServices
{
    public static void AddServingHealth(this IServiceCollection services) => services
        .AddGrpcHealthChecks(options => options.Services.Map(Speech.Descriptor.FullName, _ => true))
        .AddCheck<ServingHealthCheck>("serving");
}
