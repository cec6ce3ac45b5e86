using Attune.Adaptation.Text.Examples;
using Attune.Adaptation.Text.Slow;
using Attune.Adaptation.Text.Tent;
using Attune.Recognition.Acoustic;
using Attune.Text;
using Attune.Text.Inference;
using Attune.Text.Models;

namespace Attune.Adaptation.Text.Updates;

/// <summary>Adapts one text model to single requests: on the examples most like a text, or by making a classifier more certain of it.</summary>
/// <remarks>
/// <para>Test-time training on nearest neighbours (Hardt and Sun 2023, arXiv 2305.18466): a few steps from the model's own parameters, or those of the domain's revision, on the most similar examples, answer, forget. There
/// each neighbour gets one step, the nearest first; here each step reads all of them, so that their number and that of the steps are chosen apart. Without examples a classifier may
/// minimise the entropy of its own answer (<see cref="LabelEntropy"/>).</para>
/// <para>Steps run on the adaptation threads, never on the caller's. The trainable twin, a second copy of the weights, is made for the first request that needs it. Thread-safe; the owner
/// disposes it after the last call, and the engine after it.</para>
/// </remarks>
public sealed class TextAdapter : IDisposable
{
    private readonly TextModel _model;
    private readonly TextAdaptationOptions _options;
    private readonly AdaptationThreads _threads;
    private readonly TimeProvider _time;
    private readonly Lazy<TextNetwork> _network;
    private readonly ReaderWriterLockSlim _inUse = new(); // read by updates, written by disposal

    /// <param name="engine">With adaptable parameters; not disposed.</param>
    /// <param name="options">Steps, rate, neighbours.</param>
    /// <param name="threads">Where steps run; not disposed.</param>
    /// <param name="time">Clock of budgets.</param>
    /// <exception cref="ArgumentException">The engine has no adaptable parameters.</exception>
    public TextAdapter(TextEngine engine, TextAdaptationOptions options, AdaptationThreads threads, TimeProvider time)
    {
        var source = engine.Source ?? throw new ArgumentException("The engine must have adaptable parameters.", nameof(engine));
        (_model, _options, _threads, _time) = (engine.Model, options, threads, time);
        _network = new(() => _model.Config.Architecture == TextArchitecture.Gpt2 ? new Gpt2Network(_model) : new BertNetwork(_model));
        Update = new TextUpdate(Forward, source, options.LearningRate, time);
    }

    /// <summary>The steps, at the rate of the options.</summary>
    public TextUpdate Update { get; }

    /// <summary>Adapts to examples.</summary>
    /// <param name="neighbours">The most similar first; with labels for a classifier. As many as the budget has room for are taken, at least one.</param>
    /// <param name="request">Steps and budget.</param>
    /// <param name="cancellationToken">Honoured in the queue and between pieces of a step.</param>
    /// <exception cref="ArgumentOutOfRangeException">The steps are out of range, or a label is none of the model's.</exception>
    public Task<TextAdaptation> TrainAsync(IReadOnlyList<TextExample> neighbours, TextAdaptationRequest request, CancellationToken cancellationToken)
    {
        if (Skips(request, neighbours.Count) is { } reason) return Task.FromResult(TextAdaptation.Skipped(reason));
        var budget = request.LatencyBudget ?? _options.LatencyBudget;
        var started = _time.GetTimestamp();
        var chosen = Fit([.. neighbours.Select(example => (Example: example, Rows: TextWindows.Rows(_model, example.Text, _options.Window)))], budget, Steps(request));
        return RunAsync(TextTask.Examples(_model, chosen), chosen.Count, request with { LatencyBudget = budget - _time.GetElapsedTime(started) }, cancellationToken);
    }

    /// <summary>Makes a classifier more certain of one text.</summary>
    /// <param name="text">Its tokens, one row.</param>
    /// <param name="request">Steps and budget.</param>
    /// <param name="cancellationToken">Honoured in the queue and between steps.</param>
    public Task<TextAdaptation> SharpenAsync(TokenBatch text, TextAdaptationRequest request, CancellationToken cancellationToken) =>
        Skips(request, neighbours: 1) is { } reason
            ? Task.FromResult(TextAdaptation.Skipped(reason))
            : RunAsync(TextTask.Entropy([text]), neighbours: 0, request with { LatencyBudget = request.LatencyBudget ?? _options.LatencyBudget }, cancellationToken);

    /// <summary>What makes a classifier more certain of the texts of one domain, as they come. It must not be used after this is disposed; see <see cref="TryUse"/>.</summary>
    /// <param name="options">Batch, rate, bounds.</param>
    public TentDomain CreateDomain(TentOptions options) =>
        new(new TextUpdate(Forward, Update.Source, options.LearningRate, _time), _model.Config.Labels.Count, options);

    /// <summary>What learns from the examples of domains. It must not be used after this is disposed; see <see cref="TryUse"/>.</summary>
    /// <param name="set">The parameters that the engine was opened with.</param>
    /// <param name="guard">Texts that the model wrote by itself; none for a classifier.</param>
    /// <param name="options">Rate, passes, bounds.</param>
    /// <param name="precedence">What each piece of a step gives way to; nothing if null.</param>
    public TextLearner CreateLearner(ParameterSet set, IReadOnlyList<string> guard, TextSlowOptions options, RequestPrecedence? precedence = null) =>
        new(_model, set, new TextUpdate(Forward, Update.Source, options.LearningRate, _time, precedence), guard, options, _options.Window, _time);

    /// <summary>Remembers when an answer was there, so that later budgets keep free what answers need.</summary>
    /// <param name="report">What its adaptation did.</param>
    /// <param name="left">What was left of its budget; null without one.</param>
    public void Answered(TextAdaptationReport report, TimeSpan? left)
    {
        if (left is not { } given || report.Outcome is TextAdaptationOutcome.NotRequested or TextAdaptationOutcome.NoNeighbours) return;
        Update.Costs.ObserveAnswer(late: given < TimeSpan.Zero);
        if (report.BudgetSpare is { } spare) Update.Costs.ObserveDelay(TextUpdate.Length(report.TokensPerStep), spare - given);
    }

    /// <summary>Runs work with the twin, unless it is gone.</summary>
    /// <returns>False if it is.</returns>
    public bool TryUse(Action work)
    {
        if (!_inUse.TryEnterReadLock(TimeSpan.Zero)) return false;
        try
        {
            work();
            return true;
        }
        finally
        {
            _inUse.ExitReadLock();
        }
    }

    public void Dispose()
    {
        _inUse.EnterWriteLock(); // never left: what is queued yet finds it closed
        if (_network.IsValueCreated) _network.Value.Dispose();
    }

    private TorchSharp.torch.Tensor Forward(Network.ParameterTensors parameters, TokenBatch batch) => _network.Value switch
    {
        Gpt2Network causal => causal.Forward(parameters, batch),
        BertNetwork classifier => classifier.Forward(parameters, batch),
        var other => throw new NotSupportedException($"No such network: {other.GetType().Name}."),
    };

    private int Steps(TextAdaptationRequest request)
    {
        var steps = request.Steps ?? _options.Steps;
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, TextAdaptationOptions.MaxSteps);
        return steps;
    }

    private TextAdaptationOutcome? Skips(TextAdaptationRequest request, int neighbours)
    {
        if (Steps(request) == 0) return TextAdaptationOutcome.NotRequested;
        if (neighbours == 0) return TextAdaptationOutcome.NoNeighbours;
        return request.QuotaSpent ? TextAdaptationOutcome.QuotaSpent : null;
    }

    /// <summary>The first of them, as many as leave room for all steps.</summary>
    private IReadOnlyList<(TextExample Example, IReadOnlyList<int[]> Rows)> Fit(
        IReadOnlyList<(TextExample Example, IReadOnlyList<int[]> Rows)> neighbours, TimeSpan? budget, int steps)
    {
        if (budget is not { } limit) return neighbours;
        var tokens = 0;
        var count = neighbours.TakeWhile(neighbour => Update.HasRoom(limit, tokens += neighbour.Rows.Sum(row => row.Length), steps)).Count();
        return [.. neighbours.Take(Math.Max(1, count))];
    }

    private async Task<TextAdaptation> RunAsync(TextTask task, int neighbours, TextAdaptationRequest request, CancellationToken cancellationToken)
    {
        _threads.NoteRequest();
        var (queued, steps, waited) = (_time.GetTimestamp(), Steps(request), TimeSpan.Zero);
        TimeSpan? Remaining() => request.LatencyBudget - _time.GetElapsedTime(queued);
        var terms = Terms(task, steps, request);
        if (terms.Budget is { } budget && !(Update.HasRoom(budget, task.TokenCount) && _threads.ExpectedWait(terms) <= Update.Patience(budget, task.TokenCount)))
            return TextAdaptation.Skipped(TextAdaptationOutcome.BudgetSpent);

        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_threads.TryRun(Work, terms, cancellationToken) is not { } work) return TextAdaptation.Skipped(TextAdaptationOutcome.Overloaded);
        if (!await BeginsInTimeAsync(begun, work, Remaining() is { } left ? Update.Patience(left, task.TokenCount) : null, cancellationToken).ConfigureAwait(false)
            || await TraceAsync(work).ConfigureAwait(false) is not { Steps: [var first, ..] } result)
        {
            return TextAdaptation.Skipped(TextAdaptationOutcome.BudgetSpent);
        }

        var report = new TextAdaptationReport(
            result.IsSound ? TextAdaptationOutcome.Adapted : TextAdaptationOutcome.Diverged, neighbours, result.Steps, first.Loss, result.LossAfter, result.StoppedByBudget)
        {
            Waited = waited,
            TokensPerStep = task.TokenCount,
            BudgetSpare = result.BudgetSpare,
        };
        return new TextAdaptation(result.IsSound ? result.Parameters : null, report);

        TextUpdateResult? Work()
        {
            if (!begun.TrySetResult()) return null; // nobody waits any more
            waited = _time.GetElapsedTime(queued);
            TextUpdateResult? result = null;
            TryUse(() => result = Update.Run(task, steps, request.LatencyBudget is null ? null : Remaining, cancellationToken, request.Start));
            return result;
        }
    }

    /// <summary>The turn of an update: its steps and the last loss, a third of a step, but no more than its budget lets it run.</summary>
    private WorkTerms Terms(TextTask task, int steps, TextAdaptationRequest request)
    {
        var cost = Update.Costs.Predict(TextUpdate.Length(task.TokenCount)) * (steps + (1.0 / 3));
        return new WorkTerms(request.LatencyBudget, request.Flow, request.LatencyBudget < cost ? request.LatencyBudget.Value : cost);
    }

    /// <summary>Waits until the work has left the queue, but no longer than it can begin in time. Work that begins later finds that nobody waits.</summary>
    private async Task<bool> BeginsInTimeAsync(TaskCompletionSource begun, Task work, TimeSpan? patience, CancellationToken cancellationToken)
    {
        try
        {
            var limit = patience is { } given ? TimeSpan.FromTicks(Math.Max(0, given.Ticks)) : Timeout.InfiniteTimeSpan;
            await Task.WhenAny(begun.Task, work).WaitAsync(limit, _time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return !begun.TrySetCanceled(CancellationToken.None);
        }
    }

    private static async Task<TextUpdateResult?> TraceAsync(Task<TextUpdateResult?> work)
    {
        using var activity = AttuneActivities.Source.StartActivity("text update");
        var result = await work.ConfigureAwait(false);
        activity?.SetTag("attune.steps", result?.Steps.Count ?? 0);
        activity?.SetTag("attune.loss.before", result?.Steps is [var first, ..] ? first.Loss : null);
        activity?.SetTag("attune.loss.after", result?.LossAfter);
        return result;
    }
}
