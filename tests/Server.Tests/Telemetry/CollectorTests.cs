using System.Collections.Concurrent;
using System.Text;
using Attune.Server.Tests.Domains;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Attune.Server.Tests.Telemetry;

/// <summary>With a collector that takes what comes by OTLP.</summary>
public sealed class CollectorTests : IAsyncLifetime
{
    private const string Metrics = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", Traces = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

    /// <summary>Path and content of each message.</summary>
    private readonly ConcurrentQueue<(string Path, string Content)> _received = [];

    private readonly WebApplication _collector;

    public CollectorTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));
        _collector = builder.Build();
        _collector.Run(AnswerAsync);
    }

    public async ValueTask InitializeAsync() => await _collector.StartAsync();

    public async ValueTask DisposeAsync() => await _collector.DisposeAsync();

    [Fact]
    public async Task Export_AfterADomainLearnt_SendsMetricsAndSpansWithoutWords()
    {
        await using var host = await DomainHost.StartAsync("--Telemetry:OtlpEndpoint", _collector.Urls.Single(), "--Telemetry:TracedShare", "1");
        await host.TeachAsync();
        var final = await host.SayAsync(steps: 1);

        Assert.True(host.Get<MeterProvider>().ForceFlush());
        Assert.True(host.Get<TracerProvider>().ForceFlush());

        var (metrics, traces) = (Content(Metrics), Content(Traces));
        Assert.All(["attune.request.duration", "attune.domain.events", "attune.gate.checks", "dotnet.gc.collections"], name => Assert.Contains(name, metrics, StringComparison.Ordinal));
        Assert.All(["draft", "fast update", "slow update"], name => Assert.Contains(name, traces, StringComparison.Ordinal));
        Assert.DoesNotContain(final.Alternatives[0].Transcript, metrics + traces, StringComparison.OrdinalIgnoreCase);
    }

    private string Content(string path) => string.Concat(_received.Where(message => message.Path == path).Select(message => message.Content));

    /// <summary>Takes a message and answers an empty one, as gRPC frames them.</summary>
    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _received.Enqueue((context.Request.Path.Value!, Encoding.Latin1.GetString(body.ToArray())));
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
