using Attune.Adaptation;
using Attune.Adaptation.Checkpoints;
using Attune.Server.Serving;
using Attune.Server.State;
using Attune.Server.Telemetry;
using Attune.Server.Text;

namespace Attune.Server.Checkpoints;

/// <summary>Has checkpoints serve without a request noticing.</summary>
/// <remarks>
/// <para>(1) every byte is compared with the hashes that entered the store; (2) what serves is built and warmed up beside what does,
/// on one thread behind all others;
/// (3) the gate compares both; (4) domains take what they have along; (5) the decision is written down, for all replicas and for the next start;
/// (6) one reference is replaced; (7) the old model is freed after its last lease.</para>
/// <para>One activation at a time, whatever its place, and none while <see cref="MaxRetired"/> earlier models are still in use. A failure or a crash before (5) leaves the old one
/// serving; after it the new one serves, also after a restart. Thread-safe.</para>
/// </remarks>
internal sealed partial class CheckpointActivator(
    ModelSlots slots,
    CheckpointLoader loader,
    ActivationStore activations,
    RecognitionSettings settings,
    ServerMetrics metrics,
    TimeProvider time,
    ILogger<CheckpointActivator> logger) : IDisposable
{
    /// <summary>Models that may wait for their last lease beside those that serve.</summary>
    private const int MaxRetired = 2;

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly BackgroundThread _thread = new(Niceness.Making, settings.Threads.OnlyIdleCores);
    private readonly List<SharedModel> _retired = [];
    private readonly Dictionary<string, long> _versions = slots.All.ToDictionary(slot => slot.Name, slot => loader.InitialVersion(slot.Name), StringComparer.Ordinal);

    /// <summary>The store.</summary>
    /// <exception cref="CheckpointException">Off.</exception>
    public CheckpointStore Store => loader.Store;

    /// <summary>What serves in each place, that of speech first.</summary>
    /// <exception cref="CheckpointException">Off.</exception>
    public IEnumerable<CheckpointActivation> Active => slots.All.Select(slot => Store.ActiveOf(slot.Name));

    /// <summary>Has a checkpoint serve. One that does already is left as it is.</summary>
    /// <param name="model">In whose place: name of a text model; empty for the speech model.</param>
    /// <param name="id">Its id or the beginning of it.</param>
    /// <param name="overrideGate">Whether it serves even if the gate says no; recorded.</param>
    /// <param name="cancellationToken">Honoured until the decision is written.</param>
    /// <exception cref="CheckpointException">NotFound, Damaged, WrongKind, Invalid, Rejected or Off.</exception>
    /// <exception cref="TextModelNotFoundException">There is no text model of that name.</exception>
    /// <exception cref="StateUnavailableException">The decision cannot be written where all replicas see it.</exception>
    public Task<CheckpointActivation> ActivateAsync(string model, string id, bool overrideGate, CancellationToken cancellationToken) =>
        RunAsync(
            () =>
            {
                var (slot, active) = (slots.Find(model), Store.ActiveOf(model));
                var full = Store.Find(id).Id;
                return full == slot.Checkpoint && full == active.Active ? Task.FromResult(active) : DecideAsync(slot, full, overrideGate, cancellationToken);
            },
            cancellationToken);

    /// <summary>Goes back to what served before. The gate is not asked: it has served already.</summary>
    /// <param name="model">Where: name of a text model; empty for the speech model.</param>
    /// <param name="cancellationToken">Honoured until the decision is written.</param>
    /// <exception cref="CheckpointException">NoPrevious, Damaged or Off.</exception>
    /// <inheritdoc cref="ActivateAsync" path="/exception[@cref='StateUnavailableException']"/>
    public Task<CheckpointActivation> RollBackAsync(string model, CancellationToken cancellationToken) => RunAsync(
        () =>
        {
            var (slot, active) = (slots.Find(model), Store.ActiveOf(model));
            return active.CanRollBack
                ? DecideAsync(slot, active.Previous, overrideGate: null, cancellationToken)
                : throw new CheckpointException(CheckpointError.NoPrevious, $"Nothing was activated yet in place of {Describe(slot)}, so there is nothing to go back to.");
        },
        cancellationToken);

    /// <summary>Does what another replica decided, unless it is done.</summary>
    /// <param name="slot">Where.</param>
    /// <param name="decided">The decision.</param>
    /// <param name="cancellationToken">Honoured until the model is swapped.</param>
    /// <exception cref="CheckpointException">NotFound, Damaged, WrongKind or Invalid: this replica's store does not have it, or its settings name another model.</exception>
    public Task<CheckpointActivation> FollowAsync(IModelSlot slot, CheckpointActivation decided, CancellationToken cancellationToken) => RunAsync(
        async () =>
        {
            if (decided.Version <= _versions[slot.Name]) return decided;
            var started = time.GetTimestamp();
            var next = decided.Active == slot.Checkpoint ? null : await StageAsync(slot, decided.Active, cancellationToken);
            Take(slot, decided, next);
            if (next is null) return decided;
            await SettleAsync(next);
            metrics.Swapped(serves: true, time.GetElapsedTime(started));
            return decided;
        },
        cancellationToken);

    public void Dispose()
    {
        _thread.Dispose();
        _one.Dispose();
    }

    private async Task<CheckpointActivation> RunAsync(Func<Task<CheckpointActivation>> work, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            _retired.RemoveAll(model => model.Freed.IsCompleted);
            while (_retired.Count >= MaxRetired)
            {
                await Task.WhenAny(_retired.Select(model => model.Freed)).WaitAsync(cancellationToken);
                _retired.RemoveAll(model => model.Freed.IsCompleted);
            }

            return await work();
        }
        finally
        {
            _one.Release();
        }
    }

    /// <param name="slot">Where.</param>
    /// <param name="id">Full id; null for the configured model.</param>
    /// <param name="overrideGate">Null if the gate is not asked.</param>
    /// <param name="cancellationToken">Honoured until the decision is written.</param>
    private async Task<CheckpointActivation> DecideAsync(IModelSlot slot, string? id, bool? overrideGate, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var next = await StageAsync(slot, id, cancellationToken);
        CheckpointActivation decided;
        try
        {
            var verdict = overrideGate is null ? CheckpointVerdict.ServedBefore : await next.JudgeAsync(_thread, cancellationToken);
            if (!verdict.Passed && overrideGate != true) throw new CheckpointException(CheckpointError.Rejected, $"The gate says no. {verdict.Text}");
            await next.CarryAsync(_thread, cancellationToken);
            decided = await activations.WriteAsync(
                new CheckpointActivation(_versions[slot.Name], id, slot.Checkpoint, loader.Now, !verdict.Passed, verdict.Text) { Model = slot.Name }, cancellationToken);
            Take(slot, decided, next);
        }
        catch
        {
            metrics.Swapped(serves: false, time.GetElapsedTime(started));
            next.Dispose();
            throw;
        }

        await SettleAsync(next);
        metrics.Swapped(serves: true, time.GetElapsedTime(started));
        return decided;
    }

    /// <summary>It serves, whatever comes of this.</summary>
    private async Task SettleAsync(IStagedModel swapped)
    {
        try
        {
            await swapped.SettleAsync(_thread, CancellationToken.None);
        }
        catch (Exception exception)
        {
            Log.NotSettled(logger, exception);
        }
    }

    private Task<IStagedModel> StageAsync(IModelSlot slot, string? id, CancellationToken cancellationToken) =>
        _thread.RunAsync(() => slot.Stage(id, cancellationToken), cancellationToken);

    /// <param name="slot">Where.</param>
    /// <param name="decided">The decision.</param>
    /// <param name="next">What is to serve; null if it does already.</param>
    private void Take(IModelSlot slot, CheckpointActivation decided, IStagedModel? next)
    {
        loader.Store.Activate(decided);
        _versions[slot.Name] = decided.Version;
        if (next is not null) _retired.Add(next.Swap());
        Log.Activated(
            logger, decided.Active ?? CheckpointLoader.Configured, decided.Previous ?? CheckpointLoader.Configured, Describe(slot), decided.GateOverridden, decided.Verdict);
    }

    private static string Describe(IModelSlot slot) => slot.Name.Length > 0 ? $"the text model {slot.Name}" : "the speech model";

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Error, "What domains got while a checkpoint was activated could not be taken along")]
        public static partial void NotSettled(ILogger logger, Exception exception);

        [LoggerMessage(1, LogLevel.Information, "Checkpoint {Checkpoint} serves in place of {Previous} as {Model}; gate overridden: {Overridden}. {Verdict}")]
        public static partial void Activated(ILogger logger, string checkpoint, string previous, string model, bool overridden, string verdict);
    }
}
