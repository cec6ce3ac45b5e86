using System.ComponentModel.DataAnnotations;

namespace Attune.Server.Telemetry;

/// <summary>Where metrics and traces go.</summary>
public sealed class TelemetryOptions
{
    public const string Section = "Telemetry";

    /// <summary>
    /// Address of a door for Prometheus, HTTP/1.1 with the path /metrics, for example http://127.0.0.1:9464. It tells figures, never words or audio, and asks nobody who they are:
    /// keep it where only the monitoring can reach it. Default empty: no such door.
    /// </summary>
    public string MetricsUrl { get; set; } = "";

    /// <summary>
    /// An OpenTelemetry collector that metrics and traces are sent to by gRPC (OTLP), for example http://collector:4317. Default empty: nothing is sent. Headers, intervals and
    /// resource attributes are those of the standard variables (OTEL_EXPORTER_OTLP_HEADERS, OTEL_METRIC_EXPORT_INTERVAL, OTEL_RESOURCE_ATTRIBUTES).
    /// </summary>
    public string OtlpEndpoint { get; set; } = "";

    /// <summary>Share of requests whose traces are kept where the caller's own trace does not say. From 0 to 1. Default 1.</summary>
    [Range(0.0, 1.0)]
    public double TracedShare { get; set; } = 1;
}
