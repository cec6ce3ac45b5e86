using Attune.Adaptation;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Attune.Server.Telemetry;

/// <summary>Metrics and traces by OpenTelemetry: a page for Prometheus, and a collector by OTLP, each where it is configured.</summary>
internal static class TelemetryServices
{
    /// <summary>Name of the endpoint for Prometheus.</summary>
    public const string MetricsDoor = "Metrics";

    /// <summary>Memory, collections, threads: .NET's own meter.</summary>
    private const string RuntimeMeter = "System.Runtime";

    /// <summary>Connections and requests of the web server, TLS handshakes included: ASP.NET Core's own meters.</summary>
    private static readonly string[] WebMeters = ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"];

    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<ServerMetrics>();
        services.AddSingleton<ServerGauges>();
        var options = configuration.GetSection(TelemetryOptions.Section).Get<TelemetryOptions>() ?? new TelemetryOptions();
        var collector = options.OtlpEndpoint.Length > 0 ? new Uri(options.OtlpEndpoint) : null;
        if (collector is null && options.MetricsUrl.Length == 0) return;

        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("attune", serviceVersion: Version()));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(ServerMetrics.MeterName, RuntimeMeter).AddMeter(WebMeters);
            if (options.MetricsUrl.Length > 0) metrics.AddPrometheusExporter();
            if (collector is not null) metrics.AddOtlpExporter(otlp => otlp.Endpoint = collector);
        });
        if (collector is null) return;
        telemetry.WithTracing(traces => traces
            .AddSource(AttuneActivities.SourceName)
            .AddAspNetCoreInstrumentation()
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.TracedShare)))
            .AddOtlpExporter(otlp => otlp.Endpoint = collector));
    }

    /// <summary>Marks the connections of the door for Prometheus, whatever port it has in the end.</summary>
    public static void MarkMetricsDoor(this KestrelServerOptions kestrel) => kestrel.ConfigurationLoader?.Endpoint(
        MetricsDoor,
        endpoint => endpoint.ListenOptions.Use(next => connection =>
        {
            connection.Items[MetricsDoor] = true;
            return next(connection);
        }));

    /// <summary>The page for Prometheus, at its own door alone, which has nothing else.</summary>
    public static void UseMetrics(this WebApplication app)
    {
        app.Services.GetRequiredService<ServerGauges>().Register();
        if (app.Configuration[$"{TelemetryOptions.Section}:{nameof(TelemetryOptions.MetricsUrl)}"] is not { Length: > 0 }) return;
        app.MapWhen(
            context => context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(MetricsDoor) == true,
            door => door.UseOpenTelemetryPrometheusScrapingEndpoint().Run(context =>
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }));
    }

    private static string Version() => typeof(TelemetryServices).Assembly.GetName().Version?.ToString() ?? "";
}
