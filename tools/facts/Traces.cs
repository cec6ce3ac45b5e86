using System.Globalization;
using Attune.Adaptation.Text;
using Attune.Adaptation.Text.Editing;
using Attune.Text.Models;

namespace Attune.Facts;

/// <summary>Where a model's facts lie, by causal tracing, on average over facts.</summary>
internal static class Traces
{
    /// <summary>Writes, for each layer, how much of the answer's lost probability comes back where one activation is restored at the subject's last token, and at the prompt's.</summary>
    public static void Write(TextModel model, IReadOnlyList<FactEdit> edits, Action<string> log)
    {
        using var network = new Gpt2Network(model);
        var tracer = new CausalTracer(model, network, new TraceOptions());
        var columns = new List<double[]>();
        foreach (var kind in new[] { TraceKind.FeedForward, TraceKind.State })
        {
            CausalTrace[] traces = [.. edits.Select(edit => tracer.Trace(edit.Prompt, edit.Subject, kind, CancellationToken.None))];
            columns.Add(Mean(traces, trace => trace.SubjectEnd));
            columns.Add(Mean(traces, trace => trace.Tokens.Count - 1));
        }

        log("| layer | feed-forward, subject's last token | feed-forward, prompt's last token | state, subject's last token | state, prompt's last token |\n|---|---|---|---|---|");
        for (var layer = 0; layer < model.Config.LayerCount; layer++)
            log(string.Create(CultureInfo.InvariantCulture, $"| {layer} | {string.Join(" | ", columns.Select(column => column[layer].ToString("0.00", CultureInfo.InvariantCulture)))} |"));
    }

    /// <summary>For each layer, the mean over traces of (restored - corrupted) / (clean - corrupted).</summary>
    private static double[] Mean(CausalTrace[] traces, Func<CausalTrace, int> token) =>
    [
        .. Enumerable.Range(0, traces[0].Restored[0].Count).Select(layer => traces.Average(
            trace => (trace.Restored[token(trace)][layer] - trace.Corrupted) / (trace.Clean - trace.Corrupted))),
    ];
}
