using System.Diagnostics;
using System.Text.Json;
using Attune.Evaluation;
using Attune.Evaluation.Statistics;
using Attune.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;

namespace Attune.Streaming;

/// <summary>A recording, as signed 16-bit integers, and what is said in it.</summary>
internal sealed record Spoken(string File, ByteString Audio, string Text);

/// <summary>Single requests that arrive at random, whatever the server is doing (open loop).</summary>
internal sealed class BudgetBenchmark : IDisposable
{
    public const string Method =
        "Single requests of headerless 16-bit audio arrive at random (Poisson, seeded) at a share of the rate that the server can adapt to, and are timed from when they were due, whether or not the server kept up; client and "
        + "server share the cores. *Within*: share of the answers that came within the budget. *Draft, ms* is of further requests without adaptation, a tenth as many, that "
        + "arrive meanwhile: what adaptation of others costs those who want none. Word error rates have their 95 % interval in brackets, a bootstrap over recordings.";

    /// <summary>Clients that keep the server busy while its capacity is measured.</summary>
    private const int ClosedLoopClients = 4;

    private readonly GrpcChannel _channel;
    private readonly Speech.SpeechClient _client;
    private readonly IReadOnlyList<Spoken> _recordings;
    private readonly TimeSpan _duration;

    /// <param name="server">Its address.</param>
    /// <param name="recordings">Sent one after another, again and again.</param>
    /// <param name="duration">Of each row.</param>
    public BudgetBenchmark(Uri server, IReadOnlyList<Spoken> recordings, TimeSpan duration)
    {
        (_recordings, _duration) = (recordings, duration);
        _channel = GrpcChannel.ForAddress(server);
        _client = new Speech.SpeechClient(_channel);
    }

    /// <summary>The samples that ship with their transcripts. The working directory is the repository's root.</summary>
    public static Task<Spoken[]> ReadSamplesAsync() => Task.WhenAll(
        Directory.GetFiles("samples", "*.wav").Order(StringComparer.Ordinal).Select(file => ReadAsync(file, File.ReadAllText(Path.ChangeExtension(file, ".txt")))));

    /// <summary>The recordings of a manifest.</summary>
    public static Task<Spoken[]> ReadManifestAsync(string manifest)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(manifest))!;
        return Task.WhenAll(File.ReadLines(manifest).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement).Select(item =>
            ReadAsync(Path.Combine(folder, item.GetProperty("audio_filepath").GetString()!), item.GetProperty("text").GetString()!)));
    }

    /// <summary>Requests a second that the server answers with all default steps, four clients asking one after another.</summary>
    public async Task<double> CapacityAsync()
    {
        var started = Stopwatch.GetTimestamp();
        var answered = await Task.WhenAll(Enumerable.Range(0, ClosedLoopClients).Select(AskAsync));
        return answered.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;

        async Task<int> AskAsync(int client)
        {
            var count = 0;
            for (; Stopwatch.GetElapsedTime(started) < _duration / 2; count++) await _client.RecognizeAsync(Request(_recordings[(client + count) % _recordings.Count], new AdaptationConfig()));
            return count;
        }
    }

    /// <summary>One row.</summary>
    /// <param name="rate">Arrivals a second.</param>
    /// <param name="adapts">Whether the requests want adaptation.</param>
    /// <param name="budget">Of each; null for none.</param>
    public async Task<BudgetResult> MeasureAsync(double rate, bool adapts, TimeSpan? budget)
    {
        var adaptation = adapts ? new AdaptationConfig { LatencyBudget = budget?.ToDuration() } : new AdaptationConfig { Steps = 0 };
        var main = ArriveAsync(rate, adaptation, seed: 1);
        var drafts = await ArriveAsync(rate / 10, new AdaptationConfig { Steps = 0 }, seed: 2);
        var answers = await main;
        var results = answers.Where(answer => answer.Response is not null).SelectMany(answer => answer.Response!.Results).ToArray();
        var name = !adapts ? "none" : budget is null ? "default steps, no budget" : FormattableString.Invariant($"default steps, budget {budget.Value.TotalMilliseconds:0} ms");
        return new BudgetResult(name, answers.Count, Latency(answers), Latency(drafts), Errors(answers))
        {
            Within = budget is { } limit ? answers.Count(answer => answer.Response is not null && answer.Milliseconds <= limit.TotalMilliseconds) : null,
            Results = results.Length,
            Adapted = results.Count(result => result.Adaptation.Outcome == AdaptationReport.Types.Outcome.Adapted),
            MeanSteps = results.Select(result => result.Adaptation.Steps).DefaultIfEmpty().Average(),
            Failed = answers.Concat(drafts).Count(answer => answer.Response is null),
        };
    }

    /// <summary>Drafts of single requests while others, as many as the server can adapt to at most, want adaptation or none.</summary>
    /// <param name="capacity">Others, a second.</param>
    /// <param name="rate">Requests a second whose drafts are timed.</param>
    /// <param name="turns">Turns of either.</param>
    /// <returns>Milliseconds, a list for each turn: beside adaptation, and without.</returns>
    public async Task<(IReadOnlyList<double[]> Beside, IReadOnlyList<double[]> Without)> MeasureDraftsAsync(double capacity, double rate, int turns)
    {
        var (beside, without) = (new List<double[]>(), new List<double[]>());
        var budget = TimeSpan.FromSeconds(1).ToDuration(); // or else they would queue up without end
        for (var turn = 0; turn < turns; turn++)
        {
            foreach (var adapts in turn % 2 == 0 ? [true, false] : new[] { false, true }) (adapts ? beside : without).Add(await TurnAsync(adapts, turn));
        }

        return (beside, without);

        async Task<double[]> TurnAsync(bool adapts, int turn)
        {
            var others = ArriveAsync(capacity, adapts ? new AdaptationConfig { LatencyBudget = budget } : new AdaptationConfig { Steps = 0 }, seed: (2 * turn) + 1);
            var drafts = await ArriveAsync(rate, new AdaptationConfig { Steps = 0 }, seed: (2 * turn) + 2);
            await others;
            return [.. drafts.Select(answer => answer.Milliseconds)];
        }
    }

    /// <summary>Requests with a latency budget, and drafts of others, in turns with something beside them and without.</summary>
    /// <param name="rate">Requests a second that want adaptation.</param>
    /// <param name="budget">Of each of them.</param>
    /// <param name="draftRate">Requests a second whose drafts are timed.</param>
    /// <param name="turns">Turns of either.</param>
    /// <param name="beside">What goes on beside them in the turn of this number; lasts as long as a turn.</param>
    public async Task<(IReadOnlyList<SpeechTurn> Beside, IReadOnlyList<SpeechTurn> Without)> MeasureMixedAsync(
        double rate, TimeSpan budget, double draftRate, int turns, Func<int, Task> beside)
    {
        var (with, without) = (new List<SpeechTurn>(), new List<SpeechTurn>());
        for (var turn = 0; turn < turns; turn++)
        {
            foreach (var isMixed in turn % 2 == 0 ? [true, false] : new[] { false, true }) (isMixed ? with : without).Add(await TurnAsync(isMixed, turn));
        }

        return (with, without);

        async Task<SpeechTurn> TurnAsync(bool isMixed, int turn)
        {
            var others = isMixed ? beside(turn) : Task.CompletedTask;
            var adapting = ArriveAsync(rate, new AdaptationConfig { LatencyBudget = budget.ToDuration() }, seed: (2 * turn) + 1);
            var drafts = await ArriveAsync(draftRate, new AdaptationConfig { Steps = 0 }, seed: (2 * turn) + 2);
            var finals = await adapting;
            await others;
            return new SpeechTurn(
                [.. Answered(drafts).Select(answer => answer.Milliseconds)],
                [.. Answered(finals).Select(answer => answer.Milliseconds)],
                Answered(finals).Count(answer => answer.Milliseconds <= budget.TotalMilliseconds),
                Answered(finals).Count(answer => answer.Response!.Results.Any(result => result.Adaptation.Outcome == AdaptationReport.Types.Outcome.Adapted)),
                drafts.Concat(finals).Count(answer => answer.Response is null));
        }
    }

    public void Dispose() => _channel.Dispose();

    private static IEnumerable<Answer> Answered(IEnumerable<Answer> answers) => answers.Where(answer => answer.Response is not null);

    private async Task<IReadOnlyList<Answer>> ArriveAsync(double rate, AdaptationConfig adaptation, int seed)
    {
        var calls = new List<Task<Answer>>();
        await Arrivals.RunAsync(rate, _duration, seed, (number, due) => calls.Add(AskAsync(_recordings[number % _recordings.Count], adaptation, due)));
        return await Task.WhenAll(calls);
    }

    private async Task<Answer> AskAsync(Spoken recording, AdaptationConfig adaptation, long due)
    {
        try
        {
            var response = await _client.RecognizeAsync(Request(recording, adaptation));
            return new Answer(recording, response, Stopwatch.GetElapsedTime(due).TotalMilliseconds);
        }
        catch (RpcException)
        {
            return new Answer(recording, null, Stopwatch.GetElapsedTime(due).TotalMilliseconds);
        }
    }

    private static RecognizeRequest Request(Spoken recording, AdaptationConfig adaptation) => new()
    {
        Config = new RecognitionConfig { Adaptation = adaptation, Encoding = AudioEncoding.Linear16, SampleRateHertz = Recordings.SampleRateHz },
        Audio = recording.Audio,
    };

    private static async Task<Spoken> ReadAsync(string file, string text) =>
        new(file, ByteString.CopyFrom(Recordings.ToPcm16(await Recordings.ReadAsync(file))), text.Trim());

    /// <summary>Word errors of each answer.</summary>
    private static PairedErrors[] Errors(IEnumerable<Answer> answers) =>
    [
        .. from answer in answers
           where answer.Response is not null
           let heard = string.Join(' ', answer.Response!.Results.Select(result => result.Alternatives[0].Transcript))
           let errors = WordErrorRate.Compute(answer.Recording.Text, heard).ErrorRate
           select new PairedErrors(Speaker: null, answer.Recording.File, Baseline: 0, errors.Errors, errors.ReferenceLength),
    ];

    private static Distribution Latency(IEnumerable<Answer> answers) => new(Answered(answers).Select(answer => answer.Milliseconds));

    private sealed record Answer(Spoken Recording, RecognizeResponse? Response, double Milliseconds);
}
