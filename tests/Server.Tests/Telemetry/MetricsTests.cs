using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attune.Server.Telemetry;
using Attune.Server.Tests.Domains;

namespace Attune.Server.Tests.Telemetry;

/// <summary>Metrics against their table in the docs, against the page for Prometheus and against the dashboard.</summary>
public partial class MetricsTests
{
    private static readonly string Docs = Path.Combine(RepositoryFiles.Root, "docs");

    [Fact]
    public async Task Table_HasEveryMetricAndNoOther()
    {
        var published = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == ServerMetrics.MeterName)
                published[instrument.Name] = $"{Kind(instrument)} | {instrument.Unit} | {instrument.Description}";
        };
        listener.Start();
        await using var host = await DomainHost.StartAsync();

        var documented = File.ReadLines(Path.Combine(Docs, "metrics.md")).Select(line => Row().Match(line)).Where(row => row.Success)
            .ToDictionary(row => row.Groups["name"].Value, row => $"{row.Groups["kind"].Value} | {row.Groups["unit"].Value} | {row.Groups["meaning"].Value}");

        Assert.Equal(documented.OrderBy(row => row.Key, StringComparer.Ordinal), published);
    }

    [Fact]
    public async Task Page_AfterADomainLearnt_TellsWhatHappened()
    {
        await using var host = await DomainHost.StartAsync("--Telemetry:MetricsUrl", "http://127.0.0.1:0");
        await host.TeachAsync();
        var final = await host.SayAsync(steps: 1);
        await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => host.SayAsync(steps: 1000));

        var page = await ReadAsync(host);

        Assert.Matches("attune_request_duration_seconds_count{[^}]*method=\"Recognize\",status=\"OK\"} 3\n", page);
        Assert.Matches("attune_request_duration_seconds_count{[^}]*status=\"INVALID_REQUEST\"} 1\n", page);
        Assert.Matches("attune_utterances_total{[^}]*outcome=\"Adapted\"} [1-3]\n", page);
        Assert.Matches("attune_domain_events_total{[^}]*kind=\"Updated\",reason=\"\"} 1\n", page);
        Assert.Matches("attune_gate_checks_total{[^}]*passed=\"[Tt]rue\",question=\"Locality\"} 1\n", page);
        Assert.Matches("attune_state_reachable{[^}]*} 1\n", page);
        Assert.Matches("attune_outbox_stored_total{[^}]*} [23]\n", page); // the last one may be on its way
        Assert.Matches("attune_draft_duration_seconds_count{[^}]*} 3\n", page);
        Assert.DoesNotContain(DomainHost.Line, page, StringComparison.Ordinal);
        Assert.DoesNotContain(final.Alternatives[0].Transcript, page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Dashboard_EveryMetricOfOurs_IsOnThePage()
    {
        await using var host = await DomainHost.StartAsync("--Telemetry:MetricsUrl", "http://127.0.0.1:0");
        await host.TeachAsync();
        using var dashboard = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Docs, "grafana.json"), TestContext.Current.CancellationToken));
        var expressions = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray()).Select(target => target.GetProperty("expr").GetString()!).ToArray();
        var asked = expressions.SelectMany(expression => PrometheusName().Matches(expression)).Select(match => match.Value).Distinct();

        var page = await ReadAsync(host);

        // No checkpoint was swapped, and nothing was refused by a full queue.
        Assert.Equal(["attune_swap_duration_seconds_sum"], asked.Where(name => !page.Contains($"\n{name}{{", StringComparison.Ordinal) && !page.Contains($"\n{name} ", StringComparison.Ordinal)));
    }

    private static async Task<string> ReadAsync(DomainHost host)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(new Uri(new Uri(host.MetricsUrl), "/metrics"), TestContext.Current.CancellationToken);
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Histogram" => "histogram",
        "Counter" or "ObservableCounter" => "counter",
        "ObservableUpDownCounter" => "up-down counter",
        _ => "gauge",
    };

    [GeneratedRegex(@"^\| `(?<name>attune\.[a-z_.]+)` \| (?<kind>[a-z -]+) \| (?<unit>[A-Za-z{}]*) ?\| [^|]*\| (?<meaning>[^|]+) \|$")]
    private static partial Regex Row();

    [GeneratedRegex("(attune|dotnet)_[a-z_]+")]
    private static partial Regex PrometheusName();
}
