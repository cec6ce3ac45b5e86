using System.Diagnostics;
using System.Globalization;
using System.Text;
using Attune.Adaptation;
using Attune.Adaptation.Revisions;
using Attune.Adaptation.Slow;
using Attune.Adaptation.Text;
using Attune.Adaptation.Text.Examples;
using Attune.Adaptation.Text.Slow;
using Attune.Adaptation.Text.Updates;
using Attune.Evaluation.Statistics;
using Attune.Recognition.Acoustic;
using Attune.Text;
using Attune.Text.Models;

namespace Attune.TextAdaptation;

/// <summary>One way of answering in the comparison.</summary>
/// <param name="Parameters">The set that changes.</param>
/// <param name="Neighbours">Examples for each text.</param>
/// <param name="Steps">Gradient steps.</param>
/// <param name="Rate">AdamW's step size.</param>
/// <param name="Random">Whether any examples are taken in place of the most similar ones.</param>
/// <param name="Kept">Whether steps go on from a revision, as the server keeps it, on examples that it has not learnt from; with no steps, it answers.</param>
internal sealed record Way(string Parameters, int Neighbours, int Steps, double Rate, bool Random = false, bool Kept = false);

/// <summary>Bits per byte of held-back passages of a domain, from the model itself, after steps on the examples most like each, and from a revision that all examples made.</summary>
/// <remarks>
/// Passages are cut in order; those of every fourth place are asked about, the others are the domain's examples, so that a text and its examples have no line in common. Everything goes through
/// the classes that the server uses, on one thread.
/// </remarks>
internal sealed class NearestExperiment(string folder, string domain, int passageBytes, int queries, TextSlowOptions slow, Action<string> log)
{
    private const int Held = 4;

    private readonly Dictionary<string, Revision> _kept = []; // by parameters

    public void Run(IReadOnlyList<Way> ways)
    {
        var passages = Fitting(Passages.Of(domain, passageBytes));
        string[] asked = [.. passages.Where((_, place) => place % Held == 0)];
        asked = [.. asked.Where((_, place) => (long)place * queries / asked.Length != (long)(place - 1) * queries / asked.Length || place == 0).Take(queries)];
        string[] kept = [.. passages.Where((_, place) => place % Held != 0)];
        using var threads = new AdaptationThreads(new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = 1, MaxBatch = 1 });
        var set = Embed(kept);
        log(FormattableString.Invariant($"{Path.GetFileName(domain)}: {asked.Length} passages of about {passageBytes} bytes asked about, {kept.Length} examples\n"));
        log("| parameters | examples | steps | rate | bits per byte | against the model | 95 % interval | of the examples, before and after | ms |\n|---|---|---|---|---|---|---|---|---|");
        var own = Scores(ways[0].Parameters, asked, _ => null);
        log(FormattableString.Invariant($"| the model itself | | | | {BitsPerByte(asked, own):0.000} | | | | |"));
        foreach (var way in ways) Compare(way, asked, set, own, threads);
    }

    private void Compare(Way way, string[] asked, ExampleSet set, double[] own, AdaptationThreads threads)
    {
        using var engine = Open(way.Parameters);
        using var adapter = new TextAdapter(engine, new TextAdaptationOptions { LearningRate = way.Rate, Parameters = way.Parameters }, threads, TimeProvider.System);
        var kept = way.Kept ? Keep(adapter, engine, set) : null;
        var revision = kept is null ? null : new AdaptableParameters(engine.Source!.Layout, kept.State.Parameters.Values);
        var unread = kept is null ? set : new ExampleSet([.. set.Members.Where(member => !kept.UtteranceIds.Contains(member.Example.Id))]);
        var random = new Random(1);
        var reports = new List<TextAdaptationReport>();
        var adapted = new double[asked.Length];
        for (var i = 0; i < asked.Length; i++)
        {
            IReadOnlyList<TextExample> neighbours = way.Random
                ? [.. Enumerable.Range(0, way.Neighbours).Select(_ => set.Members[random.Next(set.Members.Count)].Example)]
                : unread.Nearest(Embed(engine, asked[i]), way.Neighbours, floor: -1, labelled: false, DateTimeOffset.UnixEpoch);
            var result = adapter.TrainAsync(neighbours, new TextAdaptationRequest(way.Steps) { Start = revision }, CancellationToken.None).GetAwaiter().GetResult();
            reports.Add(result.Report);
            adapted[i] = Bits(engine, asked[i], result.Parameters ?? revision);
        }

        // In millionths of a bit, which whole numbers can say.
        var difference = new PairedBootstrap().Compare(
            [.. asked.Select((text, i) => new PairedErrors(null, i.ToString(CultureInfo.InvariantCulture), (long)(1e6 * own[i]), (long)(1e6 * adapted[i]), Encoding.UTF8.GetByteCount(text)))]);
        log(string.Create(
            CultureInfo.InvariantCulture,
            $"| {way.Parameters} | {(way.Kept ? "kept, " : "")}{way.Neighbours}{(way.Random ? " at random" : "")} | {way.Steps} | {way.Rate:0.####} | {BitsPerByte(asked, adapted):0.000} | {difference.Difference / 1e6:+0.000;-0.000;0.000} | {difference.Low / 1e6:+0.000;-0.000;0.000} to {difference.High / 1e6:+0.000;-0.000;0.000} | {reports.Average(report => report.LossBefore):0.00}, {reports.Average(report => report.LossAfter):0.00} nats | {reports.Average(report => report.StepTime.TotalMilliseconds):0} |"));
    }

    /// <summary>What the examples make of the model, whether the gate lets it serve or not: that is told.</summary>
    private Revision Keep(TextAdapter adapter, TextEngine engine, ExampleSet set)
    {
        if (_kept.TryGetValue(engine.Set!.Name, out var known)) return known;
        var guard = OwnTexts.Write(engine, slow.GuardTexts, slow.GuardTokens, seed: 0, CancellationToken.None);
        var watch = Stopwatch.StartNew();
        var outcome = adapter.CreateLearner(engine.Set, guard, slow).Learn(new TextRound("", LearningState.New, null, [.. set.Members.Select(member => member.Example)]), CancellationToken.None);
        log($"<!-- kept in {watch.Elapsed.TotalSeconds:0} s, {outcome.Result}: {string.Join("; ", outcome.Candidate!.Verdict.Checks.Select(check => $"{check.Question} {check.Figure:0.000} of {check.Samples}"))} -->");
        return _kept[engine.Set.Name] = outcome.Candidate;
    }

    private double[] Scores(string parameters, string[] texts, Func<string, AdaptableParameters?> adapted)
    {
        using var engine = Open(parameters);
        return [.. texts.Select(text => Bits(engine, text, adapted(text)))];
    }

    /// <summary>Those that the model reads at once, with the token before them.</summary>
    private IReadOnlyList<string> Fitting(IReadOnlyList<string> passages)
    {
        using var model = TextModel.Open(folder);
        return [.. passages.Where(passage => model.Tokenizer.Encode(passage).Count < model.Config.ContextLength)];
    }

    private ExampleSet Embed(string[] texts)
    {
        using var engine = Open("layer-norm");
        return new ExampleSet([.. texts.Select((text, i) => new EmbeddedExample(new TextExample(i.ToString(CultureInfo.InvariantCulture), text), Embed(engine, text), DateTimeOffset.MaxValue))]);
    }

    private static float[] Embed(TextEngine engine, string text)
    {
        using var embedding = engine.EmbedWhole(text);
        while (embedding.Advance(CancellationToken.None))
        {
        }

        return [.. embedding.Result];
    }

    private static double Bits(TextEngine engine, string text, AdaptableParameters? parameters)
    {
        using var scoring = engine.Score(text, parameters);
        while (scoring.Advance(CancellationToken.None))
        {
        }

        return -scoring.Result.LogProbability / Math.Log(2);
    }

    private static double BitsPerByte(string[] texts, double[] bits) => bits.Sum() / texts.Sum(Encoding.UTF8.GetByteCount);

    private TextEngine Open(string parameters) => new(TextModel.Open(folder), ParameterSet.Parse(parameters), new OnnxOptions { Threads = 1 });
}
