using Attune.Adaptation;
using Attune.Adaptation.Checkpoints;
using Attune.Server.Serving;
using Attune.Server.State;
using Attune.Server.Telemetry;

namespace Attune.Server.Checkpoints;

/// <summary>Has checkpoints serve without a request noticing.</summary>
/// <remarks>
/// <para>(1) every byte is compared with the hashes that entered the store; (2) session and network are built and warmed up beside those that serve,
/// on one thread behind all others;
/// (3) the gate compares both; (4) domains take what they learnt along; (5) the decision is written down, for all replicas and for the next start;
/// (6) one reference is replaced; (7) the old model is freed after its last lease.</para>
/// <para>One activation at a time, and none while <see cref="MaxRetired"/> earlier models are still in use. A failure or a crash before (5) leaves the old one
/// serving; after it the new one serves, also after a restart. Thread-safe.</para>
/// </remarks>
internal sealed partial class CheckpointActivator(
    ServingModel serving, CheckpointLoader loader, CheckpointGate gate, DomainCarrier carrier, ActivationStore activations, ServerMetrics metrics, TimeProvider time,
    ILogger<CheckpointActivator> logger) : IDisposable
{
    /// <summary>Models that may wait for their last lease beside the one that serves.</summary>
    private const int MaxRetired = 2;

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly BackgroundThread _thread = new(Niceness.Making);
    private readonly List<LoadedModel> _retired = [];
    private long _version = loader.InitialVersion;

    /// <summary>The store.</summary>
    /// <exception cref="CheckpointException">Off.</exception>
    public CheckpointStore Store => loader.Store;

    /// <summary>Has a checkpoint serve. One that does already is left as it is.</summary>
    /// <param name="id">Its id or the beginning of it.</param>
    /// <param name="overrideGate">Whether it serves even if the gate says no; recorded.</param>
    /// <param name="cancellationToken">Honoured until the decision is written.</param>
    /// <exception cref="CheckpointException">NotFound, Damaged, Invalid, Rejected or Off.</exception>
    /// <exception cref="StateUnavailableException">The decision cannot be written where all replicas see it.</exception>
    public Task<CheckpointActivation> ActivateAsync(string id, bool overrideGate, CancellationToken cancellationToken) =>
        RunAsync(
            () =>
            {
                var full = Store.Find(id).Id;
                return full == serving.Checkpoint && full == Store.Active.Active
                    ? Task.FromResult(Store.Active)
                    : DecideAsync(full, overrideGate, cancellationToken);
            },
            cancellationToken);

    /// <summary>Goes back to what served before. The gate is not asked: it has served already.</summary>
    /// <exception cref="CheckpointException">NoPrevious, Damaged or Off.</exception>
    /// <inheritdoc cref="ActivateAsync" path="/exception[@cref='StateUnavailableException']"/>
    public Task<CheckpointActivation> RollBackAsync(CancellationToken cancellationToken) => RunAsync(
        () =>
        {
            var active = Store.Active;
            return active.CanRollBack
                ? DecideAsync(active.Previous, overrideGate: null, cancellationToken)
                : throw new CheckpointException(CheckpointError.NoPrevious, "Nothing was activated yet, so there is nothing to go back to.");
        },
        cancellationToken);

    /// <summary>Does what another replica decided, unless it is done.</summary>
    /// <exception cref="CheckpointException">NotFound, Damaged or Invalid: this replica's store does not have it.</exception>
    public Task<CheckpointActivation> FollowAsync(CheckpointActivation decided, CancellationToken cancellationToken) => RunAsync(
        async () =>
        {
            if (decided.Version <= _version) return decided;
            var started = time.GetTimestamp();
            var next = decided.Active == serving.Checkpoint ? null : await LoadAsync(decided.Active, cancellationToken);
            Take(decided, next);
            if (next is not null) metrics.Swapped(serves: true, time.GetElapsedTime(started));
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

    /// <param name="id">Full id; null for the configured model.</param>
    /// <param name="overrideGate">Null if the gate is not asked.</param>
    /// <param name="cancellationToken">Honoured until the decision is written.</param>
    private async Task<CheckpointActivation> DecideAsync(string? id, bool? overrideGate, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var next = await LoadAsync(id, cancellationToken);
        try
        {
            CheckpointVerdict verdict;
            using (var lease = serving.Lease())
            {
                verdict = overrideGate is null ? CheckpointVerdict.ServedBefore : await gate.JudgeAsync(lease.Model, next, _thread, cancellationToken);
                if (!verdict.Passed && overrideGate != true) throw new CheckpointException(CheckpointError.Rejected, $"The gate says no. {verdict.Text}");
                await carrier.CarryAsync(lease.Model, next, _thread, cancellationToken);
            }

            var decided = await activations.WriteAsync(
                new CheckpointActivation(_version, id, serving.Checkpoint, loader.Now, !verdict.Passed, verdict.Text), cancellationToken);
            Take(decided, next);
            metrics.Swapped(serves: true, time.GetElapsedTime(started));
            return decided;
        }
        catch
        {
            metrics.Swapped(serves: false, time.GetElapsedTime(started));
            next.Dispose();
            throw;
        }
    }

    private Task<LoadedModel> LoadAsync(string? id, CancellationToken cancellationToken) => _thread.RunAsync(
        () =>
        {
            var next = loader.Load(id);
            try
            {
                next.Recognizer.WarmUp(cancellationToken);
                return next;
            }
            catch
            {
                next.Dispose();
                throw;
            }
        },
        cancellationToken);

    /// <param name="decided">The decision.</param>
    /// <param name="next">What is to serve; null if it does already.</param>
    private void Take(CheckpointActivation decided, LoadedModel? next)
    {
        loader.Store.Activate(decided);
        _version = decided.Version;
        if (next is not null) _retired.Add(serving.Swap(next));
        Log.Activated(
            logger, decided.Active ?? CheckpointLoader.Configured, decided.Previous ?? CheckpointLoader.Configured, decided.GateOverridden, decided.Verdict);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Checkpoint {Checkpoint} serves in place of {Previous}; gate overridden: {Overridden}. {Verdict}")]
        public static partial void Activated(ILogger logger, string checkpoint, string previous, bool overridden, string verdict);
    }
}
