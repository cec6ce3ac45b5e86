using System.Globalization;
using System.Text.Json;
using Attune.Adaptation.Text.Editing;

namespace Attune.Cli.Editing;

/// <summary>Prints a causal trace: tokens down, layers across.</summary>
internal static class TraceTable
{
    private const int TokenWidth = 16;

    public static void Write(TextWriter output, CausalTrace trace)
    {
        output.WriteLine(FormattableString.Invariant(
            $"answer {Quote(trace.Answer)}: probability {trace.Clean:0.000}, and {trace.Corrupted:0.000} with noise over the subject (*)"));
        output.WriteLine($"What a clean {NameOf(trace.Kind)} of one token and layer brings back:");
        output.Write(new string(' ', TokenWidth + 2));
        for (var layer = 0; layer < trace.Restored[0].Count; layer++) output.Write(layer.ToString(CultureInfo.InvariantCulture).PadLeft(8));
        output.WriteLine();
        for (var token = 0; token < trace.Tokens.Count; token++)
        {
            var mark = token >= trace.SubjectStart && token <= trace.SubjectEnd ? '*' : ' ';
            output.Write($"{Quote(trace.Tokens[token]),-TokenWidth} {mark}");
            foreach (var restored in trace.Restored[token]) output.Write((restored - trace.Corrupted).ToString("0.000", CultureInfo.InvariantCulture).PadLeft(8));
            output.WriteLine();
        }
    }

    /// <summary>In words.</summary>
    public static string NameOf(TraceKind kind) => kind switch
    {
        TraceKind.State => "state",
        TraceKind.FeedForward => "feed-forward part",
        _ => "attention",
    };

    private static string Quote(string token) => JsonSerializer.Serialize(token);
}
