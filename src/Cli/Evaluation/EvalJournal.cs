using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attune.Cli.Evaluation;

/// <summary>Results as they come, one JSON object a line, so that a run that was killed is resumed.</summary>
/// <remarks>
/// The first line says what the results depend on; a run that differs in it is refused. A line that a kill cut short is dropped.
/// Every line is handed to the operating system before the next utterance begins. Not thread-safe; the owner disposes.
/// </remarks>
internal sealed class EvalJournal : IDisposable
{
    private readonly Dictionary<(string Stream, string Strategy), List<UtteranceResult>> _results = [];
    private readonly StreamWriter? _writer;

    private EvalJournal(StreamWriter? writer) => _writer = writer;

    /// <summary>Results that it had when it was opened.</summary>
    public int Resumed { get; private init; }

    /// <summary>A journal in memory alone.</summary>
    public static EvalJournal InMemory() => new(null);

    /// <summary>Opens a file, or begins it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="basis">What the results depend on.</param>
    /// <exception cref="EvaluationException">The file has results of another basis, or is no journal.</exception>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static EvalJournal Open(string path, JournalBasis basis)
    {
        var (results, length) = File.Exists(path) ? Read(path, basis) : ([], 0);
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        stream.SetLength(length);
        stream.Seek(0, SeekOrigin.End);
        var journal = new EvalJournal(new StreamWriter(stream, new UTF8Encoding(false)) { NewLine = "\n", AutoFlush = true }) { Resumed = results.Count };
        if (length == 0) journal._writer!.WriteLine(JsonSerializer.Serialize(basis, JournalJson.Default.JournalBasis));
        foreach (var result in results) journal.Remember(result);
        return journal;
    }

    /// <summary>The results of a strategy on a stream, from its beginning on without a gap.</summary>
    public IReadOnlyList<UtteranceResult> Of(string stream, string strategy) => _results.GetValueOrDefault((stream, strategy)) ?? [];

    /// <summary>Adds a result; one of a position that is there already replaces it and what came after.</summary>
    public void Add(UtteranceResult result)
    {
        _writer?.WriteLine(JsonSerializer.Serialize(result, JournalJson.Default.UtteranceResult));
        Remember(result);
    }

    public void Dispose() => _writer?.Dispose();

    private void Remember(UtteranceResult result)
    {
        var key = (result.Stream, result.Strategy);
        if (!_results.TryGetValue(key, out var list)) _results[key] = list = [];
        if (result.Position > list.Count) return;
        list.RemoveRange(result.Position, list.Count - result.Position);
        list.Add(result);
    }

    /// <summary>The results, and the bytes of whole lines.</summary>
    private static (List<UtteranceResult> Results, long Length) Read(string path, JournalBasis basis)
    {
        var bytes = File.ReadAllBytes(path);
        var length = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        var lines = Encoding.UTF8.GetString(bytes, 0, length).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0) return ([], 0);
        try
        {
            var found = JsonSerializer.Deserialize(lines[0], JournalJson.Default.JournalBasis);
            if (found != basis)
                throw new EvaluationException(
                    $"{path} has results of another evaluation ({found?.DifferenceFrom(basis)}). Continue that one, or begin anew: --restart.");
            return ([.. lines.Skip(1).Select(line => JsonSerializer.Deserialize(line, JournalJson.Default.UtteranceResult)!)], length);
        }
        catch (JsonException exception)
        {
            throw new EvaluationException($"{path} is no journal of an evaluation: {exception.Message} Move it away, or begin anew: --restart.", exception);
        }
    }
}

/// <summary>What the results of a journal depend on, besides stream and strategy.</summary>
/// <param name="Version">Of the program.</param>
/// <param name="Model">SHA-256 of its weights.</param>
/// <param name="Recordings">SHA-256 over transcripts and samples.</param>
/// <param name="Options">Everything else that changes transcripts.</param>
internal sealed record JournalBasis(string Version, string Model, string Recordings, string Options)
{
    /// <summary>What differs, in words.</summary>
    public string DifferenceFrom(JournalBasis other) => string.Join(", ", new[]
    {
        Version != other.Version ? "program version" : null,
        Model != other.Model ? "model" : null,
        Recordings != other.Recordings ? "recordings" : null,
        Options != other.Options ? "options" : null,
    }.OfType<string>());
}

/// <summary>Serialisers made when the program is compiled.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalBasis))]
[JsonSerializable(typeof(UtteranceResult))]
internal sealed partial class JournalJson : JsonSerializerContext;
