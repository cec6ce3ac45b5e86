using System.Diagnostics.Metrics;
using Attune.Server.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace Attune.Server.Tests;

/// <summary>Metrics that nobody listens to.</summary>
internal static class TestMetrics
{
    public static ServerMetrics Create() => new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
}
