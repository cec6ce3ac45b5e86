using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Attune.Server.Telemetry;

/// <summary>Whether new requests are welcome. The model is loaded before the server listens, so what is left to say is whether it is stopping.</summary>
internal sealed class ServingHealthCheck(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("Stopping.") : HealthCheckResult.Healthy());
}
