using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Attune.V1;
using Spectre.Console;

namespace Attune.Cli.Listening;

/// <summary>Shows results: finals each on a line of its own, and on a terminal what is heard so far below them.</summary>
internal sealed class ListenScreen
{
    private const string ClearLine = "\r\u001b[K";

    private static readonly ListenJson Json = new(new JsonSerializerOptions(ListenJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    private readonly TextWriter _output;
    private readonly IAnsiConsole _console;
    private readonly bool _json;
    private readonly bool _isLive;

    public ListenScreen(TextWriter output, bool json)
    {
        _output = output;
        _json = json;
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        _isLive = !json && _console.Profile.Out.IsTerminal && _console.Profile.Capabilities.Ansi;
    }

    /// <summary>Shows a result.</summary>
    public void Show(StreamingRecognitionResult result)
    {
        var text = result.Alternatives[0].Transcript;
        if (_json) _output.WriteLine(JsonSerializer.Serialize(ToLine(result), Json.ListenLine));
        else if (result.IsFinal) ShowFinal(text);
        else if (_isLive) ShowLive(text, result);
        _output.Flush();
    }

    private void ShowFinal(string text)
    {
        if (_isLive) _output.Write(ClearLine);
        if (text.Length > 0) _output.WriteLine(text);
    }

    /// <summary>The end of what fits on a line; words that may still change are faint, a draft is yellow.</summary>
    private void ShowLive(string text, StreamingRecognitionResult result)
    {
        string[] words = text.Split(' ');
        var shown = words.Length;
        var width = 0;
        while (shown > 0 && width + words[shown - 1].Length + 1 < _console.Profile.Width) width += words[--shown].Length + 1;
        var stable = string.Join(' ', words.Skip(shown).Take(result.StableWordCount - shown));
        var open = string.Join(' ', words.Skip(Math.Max(shown, result.StableWordCount)));
        _output.Write(ClearLine);
        _console.Markup(result.IsDraft
            ? $"[yellow]{Markup.Escape(stable)}[/]"
            : $"{Markup.Escape(stable)}{(stable.Length > 0 && open.Length > 0 ? " " : "")}[grey]{Markup.Escape(open)}[/]");
    }

    private static ListenLine ToLine(StreamingRecognitionResult result)
    {
        var text = result.Alternatives[0].Transcript;
        return new ListenLine(
            result.UtteranceIndex,
            result.IsFinal,
            text,
            result.IsDraft ? text : result.Draft,
            result.IsFinal ? null : result.StableWordCount,
            Math.Round(result.StartTime.ToTimeSpan().TotalSeconds, 3),
            Math.Round(result.EndTime.ToTimeSpan().TotalSeconds, 3),
            result.IsFinal ? JsonNamingPolicy.SnakeCaseLower.ConvertName(result.Adaptation.Outcome.ToString()) : null);
    }
}

/// <summary>A result. The names, in snake case, are what programs read: they stay.</summary>
internal sealed record ListenLine(
    int Utterance, bool IsFinal, string Text, string Draft, int? StableWords, double StartS, double EndS, string? Outcome);

/// <summary>Serialisers made when the program is compiled.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ListenLine))]
internal sealed partial class ListenJson : JsonSerializerContext;
