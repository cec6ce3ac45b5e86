using System.Diagnostics;
using Attune.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;

namespace Attune.Streaming;

/// <summary>Requests about texts that arrive at random (Poisson, seeded), whatever the server is doing: scored, continued, and scored in a domain whose examples the model is adapted to first.</summary>
internal sealed class TextLoad : IDisposable
{
    /// <summary>Name of the model in the server's settings.</summary>
    public const string Model = "text";

    private const string Domain = "books";
    private const int NewTokens = 32, LongestText = 500, Examples = 64, ExamplesOfOneRequest = 32;

    private static readonly Kind[] Kinds = [Kind.Score, Kind.Generate, Kind.ScoreInDomain];

    private readonly GrpcChannel _channel;
    private readonly V1.Text.TextClient _client;
    private readonly string[] _texts;
    private readonly double _rate;
    private readonly Dictionary<Kind, List<double>> _times = Kinds.ToDictionary(kind => kind, _ => new List<double>());
    private readonly Lock _lock = new();
    private int _failed, _adapted;

    /// <param name="server">Its address.</param>
    /// <param name="texts">A text file; requests take pieces of at most 500 characters out of it.</param>
    /// <param name="rate">Requests a second.</param>
    public TextLoad(Uri server, string texts, double rate)
    {
        _rate = rate;
        _channel = GrpcChannel.ForAddress(server);
        _client = new V1.Text.TextClient(_channel);
        _texts = [.. string.Join(' ', File.ReadLines(texts)).Chunk(LongestText).Where(piece => !piece.All(char.IsWhiteSpace)).Select(piece => new string(piece))];
        if (_texts.Length <= Examples) throw new ArgumentException($"'{texts}' has {_texts.Length} pieces of {LongestText} characters; {Examples + 1} are needed at least.", nameof(texts));
    }

    private enum Kind
    {
        Score,
        Generate,
        ScoreInDomain,
    }

    /// <summary>Gives the domain its examples: the first pieces, which no request asks about.</summary>
    public async Task AddExamplesAsync()
    {
        foreach (var examples in _texts.Take(Examples).Chunk(ExamplesOfOneRequest))
            await _client.AddExamplesAsync(new AddExamplesRequest { Domain = Domain, Model = Model, Examples = { examples.Select(text => new Example { Text = text }) } });
    }

    /// <summary>Requests for a time.</summary>
    /// <param name="duration">How long they arrive; ends when all are answered.</param>
    /// <param name="budget">Of those in the domain.</param>
    /// <param name="seed">Decides when they arrive.</param>
    public async Task RunAsync(TimeSpan duration, TimeSpan budget, int seed)
    {
        var calls = new List<Task>();
        await Arrivals.RunAsync(_rate, duration, seed, (number, due) => calls.Add(AskAsync(Kinds[number % Kinds.Length], _texts[Examples + (number % (_texts.Length - Examples))], budget, due)));
        await Task.WhenAll(calls);
    }

    /// <summary>A table of what they got.</summary>
    public void AddTo(Report report)
    {
        report.Add("| texts | number | ms: p50 / p95 / p99 |");
        report.Add("|---|---|---|");
        foreach (var (kind, name) in new[] { (Kind.Score, "scored"), (Kind.Generate, $"continued by {NewTokens} tokens"), (Kind.ScoreInDomain, "scored, adapted to examples first") })
            report.Add($"| {name} | {_times[kind].Count} | {new Distribution(_times[kind])} |");
        report.Add("");
        report.Add($"{_adapted} of the {_times[Kind.ScoreInDomain].Count} in the domain were adapted to; {_failed} requests about texts failed.");
    }

    public void Dispose() => _channel.Dispose();

    private async Task AskAsync(Kind kind, string text, TimeSpan budget, long due)
    {
        try
        {
            var adapted = false;
            switch (kind)
            {
                case Kind.Score:
                    await _client.ScoreAsync(new ScoreRequest { Model = Model, Text = text });
                    break;
                case Kind.Generate:
                    using (var call = _client.Generate(new GenerateRequest { Model = Model, Text = text, MaxTokens = NewTokens }))
                        while (await call.ResponseStream.MoveNext()) { }
                    break;
                default:
                    var response = await _client.ScoreAsync(new ScoreRequest { Model = Model, Text = text, Domain = Domain, Adaptation = new TextAdaptationConfig { LatencyBudget = budget.ToDuration() } });
                    adapted = response.Adaptation.Outcome == TextAdaptationReport.Types.Outcome.Adapted;
                    break;
            }

            var time = Stopwatch.GetElapsedTime(due).TotalMilliseconds;
            lock (_lock)
            {
                _times[kind].Add(time);
                if (adapted) _adapted++;
            }
        }
        catch (RpcException)
        {
            Interlocked.Increment(ref _failed);
        }
    }
}
