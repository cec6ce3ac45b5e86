using Attune.Adaptation.Neighbours;
using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Adaptation.Revisions;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Fast;

/// <summary>SUTA: a few gradient steps on one utterance without its transcript, whose result serves that utterance only.</summary>
/// <remarks>
/// <para>Lin, Li and Lee 2022, arXiv 2203.14222. From the starting parameters: (1) forward pass and objective; (2) gradient;
/// (3) AdamW step; repeated; then (4) a last forward pass with the adapted parameters.</para>
/// <para>Where the parameter set is <c>top-K</c>, everything below the last K layers is computed once, by the caller's ONNX session
/// if it hands the hidden states over, and only the top is repeated.</para>
/// <para>A non-finite loss or gradient ends the steps, since nothing after it can be a number. An all-blank utterance goes on with
/// class confusion alone, as published; what is served then is the caller's decision.</para>
/// <para>Several utterances may be adapted to at once. Each has its own parameters, loss, optimizer, budget and end, takes no part in what the others compute,
/// and gets what it gets alone, to within rounding (1e-5 of the largest logit). One that ends leaves the batch at once.</para>
/// <para>The losses of other utterances of the domain, its neighbours, may be added to that of one, in the manner of test-time training on nearest neighbours (Hardt and Sun 2023, arXiv 2305.18466).
/// They share its parameters and are forgotten with them; it is adapted to without others beside it. As many join as leave room for all of its steps.</para>
/// <para>Steps may multiply in bfloat16, as the options say; the last forward pass is float32, so that a final differs only by where the steps have led. ONNX Runtime makes it where it can, in less than half
/// of the time.</para>
/// <para>Thread-safe: nothing is changed but what belongs to the call. Synchronous, on the caller's thread.</para>
/// </remarks>
public sealed class FastUpdate
{
    private readonly Wav2Vec2Network _network;
    private readonly AdaptationObjective _objective;
    private readonly FastUpdateOptions _options;
    private readonly ParameterSet _set;
    private readonly ModelConfig _config;
    private readonly Preprocessing _preprocessing;
    private readonly TimeProvider _time;
    private readonly BatchLimits _limits;
    private readonly UtteranceEmbedder _embedder;
    private readonly OnnxAcousticModel? _recognizer;
    private readonly bool _rounded;
    private readonly int _finalTwelfths; // of a step, what the last forward pass takes, by measurements

    /// <param name="network">Not disposed.</param>
    /// <param name="model">The model that the network was made from.</param>
    /// <param name="options">Learning rate and parameter set; the number of steps is the call's.</param>
    /// <param name="time">Clock of the budget and of the steps' times.</param>
    /// <param name="source">The model's own parameters of that set, if the caller has them already.</param>
    /// <param name="objective">What is minimised; by the options' name, without language, if null.</param>
    /// <param name="recognizer">
    /// Takes values for the same set, and makes the last forward passes where <see cref="TakesFinalsFrom"/> says so, in less time. Not disposed; the network makes them if null.
    /// </param>
    /// <exception cref="ArgumentException">The parameter set or the objective does not exist, or the set asks for more layers than the model has.</exception>
    public FastUpdate(
        Wav2Vec2Network network,
        Model model,
        FastUpdateOptions options,
        TimeProvider time,
        AdaptableParameters? source = null,
        AdaptationObjective? objective = null,
        OnnxAcousticModel? recognizer = null)
    {
        _network = network;
        _objective = objective ?? NamedObjectives.Create(options.Objective, model.Config.BlankId);
        _options = options;
        _config = model.Config;
        _preprocessing = model.Preprocessing;
        _time = time;
        _set = ParameterSet.Parse(options.Parameters);
        Source = source ?? AdaptableParameters.Source(model, _set);
        _limits = new BatchLimits(Source.Layout);
        _rounded = options.Precision switch
        {
            ComputePrecision.Float32 => false,
            ComputePrecision.BFloat16 => true,
            _ => BFloat16Products.AreFaster,
        };
        _embedder = new UtteranceEmbedder(network, model.Config);
        _recognizer = TakesFinalsFrom(_set) ? recognizer : null;
        _finalTwelfths = (_recognizer is null, _rounded) switch
        {
            (true, false) => 4, // a step is a forward and a backward pass
            (true, true) => 9,
            (false, false) => 3,
            (false, true) => 6,
        };
    }

    /// <summary>Where an utterance starts from if its domain has learnt nothing: the model's own parameters.</summary>
    public AdaptableParameters Source { get; }

    /// <summary>What steps cost here.</summary>
    public StepCosts Costs { get; } = new();

    /// <summary>The set that is adapted.</summary>
    public ParameterSet ParameterSet => _set;

    /// <summary>Type in which steps multiply, never <see cref="ComputePrecision.Auto"/>.</summary>
    public ComputePrecision Precision => _rounded ? ComputePrecision.BFloat16 : ComputePrecision.Float32;

    /// <summary>What is minimised.</summary>
    internal AdaptationObjective Objective => _objective;

    /// <summary>Whether last forward passes may be made by a session: where they are of whole utterances, and libtorch is on the processor.</summary>
    internal static bool TakesFinalsFrom(ParameterSet set) => set.TopLayers == 0 && TorchRuntime.Device.type == TorchSharp.DeviceType.CPU;

    /// <summary>Adapts to one utterance and recognises it, starting from the model's own parameters.</summary>
    /// <inheritdoc cref="Run(AdaptationState?, ReadOnlyMemory{float}, HiddenStates?, int, TimeSpan?, CancellationToken)"/>
    public FastUpdateResult? Run(
        ReadOnlyMemory<float> waveform, HiddenStates? hidden, int steps, TimeSpan? budget, CancellationToken cancellationToken) =>
        Run(start: null, waveform, hidden, steps, budget, cancellationToken);

    /// <summary>Adapts to one utterance and recognises it.</summary>
    /// <param name="start">Parameters and moments of the utterance's domain; null for the model's own parameters. Not changed.</param>
    /// <param name="waveform">Normalised samples at the model's rate.</param>
    /// <param name="hidden">What the last K layers take, from the draft's forward pass; null to compute it here.</param>
    /// <param name="steps">Gradient steps, from 0.</param>
    /// <param name="budget">
    /// Time for everything, the last forward pass included; null for as long as it takes. A step that would probably overrun it,
    /// judged by the longest so far and the first by <see cref="Costs"/>, which also knows how late answers come, is not begun.
    /// </param>
    /// <param name="cancellationToken">Honoured between steps.</param>
    /// <returns>What was found, with the adapted parameters; null if the budget has no room for the first step.</returns>
    /// <exception cref="ArgumentException">The start is of another parameter set or model.</exception>
    public FastUpdateResult? Run(
        AdaptationState? start,
        ReadOnlyMemory<float> waveform,
        HiddenStates? hidden,
        int steps,
        TimeSpan? budget,
        CancellationToken cancellationToken)
    {
        var job = new FastUpdateJob(start, waveform, hidden, steps, () => budget, cancellationToken) { WantsParameters = true };
        Run([job]);
        if (job.Result.IsCanceled) cancellationToken.ThrowIfCancellationRequested();
        return job.Result.GetAwaiter().GetResult();
    }

    /// <summary>Adapts to several utterances at once and recognises them.</summary>
    /// <param name="jobs">At least one. Each has its result when this returns, and those that end early have it before.</param>
    public void Run(IReadOnlyList<FastUpdateJob> jobs)
    {
        var started = _time.GetTimestamp();
        try
        {
            List<Row> rows = [.. jobs.Select(Begin).OfType<Row>()];
            List<Row> together = [.. rows.Where(row => row.Neighbours.Count == 0)];
            if (together.Count > 0) Adapt(together, started);
            foreach (var row in rows.Except(together)) Adapt([row], started);
        }
        catch (Exception exception) // libtorch's: whoever waits for a result learns of it
        {
            foreach (var job in jobs) job.Fail(exception);
        }
    }

    /// <summary>
    /// Whether utterances are adapted to sooner in one batch than one after another: by what <see cref="BatchLimits"/> says. Not in bfloat16, in which a loss would depend on the company by up to
    /// 6e-4 where it rounds otherwise in a larger product, and nobody could compute a final again.
    /// </summary>
    /// <param name="jobs">Those that the batch has already, at least one.</param>
    /// <param name="next">One more.</param>
    internal bool IsFasterWith(IReadOnlyList<FastUpdateJob> jobs, FastUpdateJob next) =>
        !_rounded && jobs.Append(next).All(job => job.Neighbours is null)
        && _limits.Allow([.. jobs.Append(next).Select(job => _config.FrameCount(job.Waveform.Length))]);

    /// <summary>An utterance that has something to compute; null if that ends before it begins, which its job is told.</summary>
    private Row? Begin(FastUpdateJob job)
    {
        var budget = job.Budget();
        if (job.Result.IsCompleted) return null; // nobody waits any more
        if (job.CancellationToken.IsCancellationRequested) job.Cancel(job.CancellationToken);
        else if (job.Start is { } start && start.Parameters.Layout != Source.Layout) job.Fail(new ArgumentException("The start belongs to another parameter set or model."));
        else if (budget is { } limit && !HasRoom(limit, Duration(job.Waveform))) job.Complete(null);
        else return Join(new Row(job, budget));
        return null;
    }

    /// <summary>Finds an utterance's neighbours, if any are asked for: the most similar ones, as many as leave room for all of its steps.</summary>
    private Row Join(Row row)
    {
        if (row.Job.Neighbours is not { } search || row.Job.Steps == 0) return row;
        var started = _time.GetTimestamp();
        var embedding = _embedder.Embed(row.Job.Waveform);
        var found = search.Find(embedding);
        row.Embedding = embedding;
        if (row.Budget is not { } budget)
        {
            row.Neighbours = found;
            return row;
        }

        var left = budget - _time.GetElapsedTime(started);
        var audio = Duration(row.Job.Waveform);
        var step = Costs.Predict(audio);
        row.Neighbours =
        [
            .. found.TakeWhile(neighbour =>
            {
                step += Costs.Predict(Duration(neighbour.Samples));
                return WithFinal(step, row.Job.Steps) + Costs.Reserve(audio) <= left;
            }),
        ];
        return row;
    }

    /// <summary>How long an utterance can wait before its budget has no room for a step; negative if it has none now.</summary>
    /// <param name="budget">From now, for everything.</param>
    /// <param name="audio">Length of the utterance.</param>
    internal TimeSpan Patience(TimeSpan budget, TimeSpan audio) => budget - WithFinal(Costs.Predict(audio)) - Costs.Reserve(audio);

    /// <summary>Whether a budget has room for a step; a refusal for what steps and answers cost by the measurements makes these count a little less.</summary>
    /// <param name="budget">From now, for everything.</param>
    /// <param name="audio">Length of the utterance.</param>
    internal bool HasRoom(TimeSpan budget, TimeSpan audio)
    {
        if (budget <= TimeSpan.Zero) return false;
        if (Patience(budget, audio) >= TimeSpan.Zero) return true;
        Costs.Doubt(audio);
        return false;
    }

    private void Adapt(List<Row> rows, long started)
    {
        using var scope = NewDisposeScope();
        var batch = Batch(rows);
        try
        {
            while (Continue(rows, ref batch, started))
            {
                var steps = batch.Step();
                for (var i = 0; i < rows.Count; i++) rows[i].Taken.Add(steps[i]);
                // A batch's step says little of what an utterance costs alone, which is what budgets need to know.
                if (rows is [var alone]) Costs.Observe(Duration(alone.Job.Waveform), steps[0].Elapsed * OwnShare(alone));
            }
        }
        finally
        {
            batch.Dispose();
        }
    }

    /// <summary>Answers the utterances that have come to their end, and goes on with the others; false if there are none.</summary>
    private bool Continue(List<Row> rows, ref AdaptationBatch batch, long started)
    {
        var elapsed = rows.Any(row => row.Budget is not null && row.HasStepsLeft) ? _time.GetElapsedTime(started) : TimeSpan.Zero;
        var wanted = new List<int>();
        var ended = new List<int>();
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Job.CancellationToken.IsCancellationRequested) rows[i].Job.Cancel(rows[i].Job.CancellationToken);
            else (HasEnded(rows[i], elapsed) ? ended : wanted).Add(i);
        }

        if (ended.Count > 0)
        {
            var part = ended.Count == rows.Count ? batch : batch.Select(ended);
            foreach (var (place, (final, i)) in part.Finish().Zip(ended).Index())
            {
                var adapted = rows[i].Job.WantsParameters ? part.ToParameters(place) : null;
                rows[i].Job.Complete(new FastUpdateResult(rows[i].Taken, final.Logits, final.Loss, final.AllBlank, adapted, rows[i].StoppedByBudget)
                {
                    BudgetSpare = rows[i].Spare,
                    Embedding = rows[i].Embedding,
                    Neighbours = rows[i].Neighbours,
                });
            }

            if (part != batch) part.Dispose();
        }

        if (wanted.Count > 0 && wanted.Count < rows.Count)
        {
            var rest = batch.Select(wanted);
            batch.Dispose();
            batch = rest;
            Row[] left = [.. wanted.Select(i => rows[i])];
            rows.Clear();
            rows.AddRange(left);
        }

        return wanted.Count > 0;
    }

    private bool HasEnded(Row row, TimeSpan elapsed)
    {
        if (!row.HasStepsLeft) return true;
        if (row.Budget is not { } budget) return false;
        var step = row.Taken.Count > 0 ? row.Taken.Max(taken => taken.Elapsed) : Predict(row);
        var spare = budget - elapsed - WithFinal(step);
        row.StoppedByBudget = row.Taken.Count > 0 && spare < Costs.Reserve(Duration(row.Job.Waveform));
        if (!row.StoppedByBudget) row.Spare = spare;
        return row.StoppedByBudget;
    }

    private AdaptationBatch Batch(IReadOnlyList<Row> rows)
    {
        FastUpdateJob[] jobs = [.. rows.Select(row => row.Job)];
        var parameters = new ParameterTensors([.. jobs.Select(job => job.Start?.Parameters ?? Source)], _network.KernelTapsFirst);
        var optimizer = new AdamW(
            parameters, _options.LearningRate, _options.RepeatUpdatesPerEnclosingModule, [.. jobs.Select(job => job.Start?.Moments)]);
        var pass = new AdaptationPass(_network, _set, [.. jobs.Select(job => job.Waveform)], [.. jobs.Select(job => job.Hidden)]);
        AdaptationPass[] neighbours = [.. rows.SelectMany(row => row.Neighbours).Select(neighbour => new AdaptationPass(_network, _set, _preprocessing.Apply(neighbour.Samples)))];
        return new AdaptationBatch(pass, parameters, optimizer, _objective, _time, neighbours, _rounded, _recognizer);
    }

    private TimeSpan Duration(ReadOnlyMemory<float> samples) => TimeSpan.FromSeconds((double)samples.Length / _preprocessing.SampleRateHz);

    /// <summary>Share of a step's audio that is the utterance's own.</summary>
    private static double OwnShare(Row row) =>
        (double)row.Job.Waveform.Length / (row.Job.Waveform.Length + row.Neighbours.Sum(neighbour => neighbour.Samples.Length));

    /// <summary>What a step will probably take, its neighbours included.</summary>
    private TimeSpan Predict(Row row) =>
        row.Neighbours.Aggregate(Costs.Predict(Duration(row.Job.Waveform)), (sum, neighbour) => sum + Costs.Predict(Duration(neighbour.Samples)));

    /// <summary>What some steps cost, and the forward pass that follows the last one.</summary>
    internal TimeSpan WithFinal(TimeSpan step, int steps = 1) => step * ((12 * steps) + _finalTwelfths) / 12;

    private sealed class Row(FastUpdateJob job, TimeSpan? budget)
    {
        public FastUpdateJob Job => job;

        /// <summary>Counted from the beginning of the run.</summary>
        public TimeSpan? Budget => budget;

        public ReadOnlyMemory<float>? Embedding { get; set; }

        public IReadOnlyList<Neighbour> Neighbours { get; set; } = [];

        public List<AdaptationStep> Taken { get; } = [];

        public bool StoppedByBudget { get; set; }

        /// <summary>What of the budget the last step that began was to leave; null before, and without a budget.</summary>
        public TimeSpan? Spare { get; set; }

        /// <summary>Nothing can be a number after a loss or gradient that is none.</summary>
        public bool HasStepsLeft =>
            Taken.Count < job.Steps && (Taken is not [.., var last] || (double.IsFinite(last.Loss) && double.IsFinite(last.GradientNorm)));
    }
}
