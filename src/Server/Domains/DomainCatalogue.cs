using System.Collections.Concurrent;
using Attune.Adaptation.Collapse;
using Attune.Adaptation.Neighbours;
using Attune.Adaptation.Revisions;
using Attune.Server.State;

namespace Attune.Server.Domains;

/// <summary>The domains in memory, each as an immutable snapshot that is replaced whole.</summary>
/// <remarks>
/// <para>A domain is read when it is first asked for, and again when its events say that it changed. While the store cannot be reached, snapshots stay as
/// they are. The least recently used go when they take too much memory.</para>
/// <para>Thread-safe.</para>
/// </remarks>
/// <param name="reader">Where snapshots come from.</param>
/// <param name="connection">Tells whether the store can be reached.</param>
/// <param name="options">How much memory they may take, and how long a request waits.</param>
/// <param name="keepsNeighbours">Whether what domains have learnt from is to be others' neighbours.</param>
/// <param name="createDetector">Makes what watches one domain's outputs.</param>
/// <param name="time">Clock of the wait.</param>
/// <param name="logger">Told what fails.</param>
internal sealed partial class DomainCatalogue(
    DomainReader reader, StateConnection connection, StateOptions options, bool keepsNeighbours, Func<CollapseDetector> createDetector, TimeProvider time,
    ILogger<DomainCatalogue> logger)
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    /// <summary>What an entry takes without a revision, roughly.</summary>
    private const int EntryBytes = 2048;

    private long _uses;
    private long _bytes;

    /// <summary>What was served before has expired.</summary>
    private DateTimeOffset Expired => time.GetUtcNow() - options.UtteranceExpiry;

    /// <summary>Domains in memory.</summary>
    public int Count => _entries.Count;

    /// <summary>Bytes that they take.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>What a domain serves from: the model itself if that cannot be read in time.</summary>
    public async Task<DomainSnapshot> GetAsync(string domain, CancellationToken cancellationToken)
    {
        var entry = EntryOf(domain);
        if (entry.Snapshot is { } snapshot) return snapshot;
        var loading = entry.FirstReading(LoadAsync);
        if (connection.IsReachable)
        {
            try
            {
                await loading.WaitAsync(options.LoadTimeout, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                Log.TooSlow(logger, domain, options.LoadTimeout);
            }
        }

        return entry.Snapshot ?? DomainSnapshot.Source(domain);
    }

    /// <summary>Takes note of what one utterance of a domain showed.</summary>
    /// <param name="snapshot">What it was recognised with.</param>
    /// <param name="sign">What its draft showed and the model's did not; null for none.</param>
    /// <returns>Whether the snapshot's revision has collapsed; from then on the one before it serves here.</returns>
    public bool Observe(DomainSnapshot snapshot, CollapseSign? sign)
    {
        var entry = EntryOf(snapshot.Domain);
        if (!entry.Detector.Observe(snapshot.Number, sign) || snapshot.Current is null) return false;
        entry.Collapsed = snapshot.Number;
        if (entry.Snapshot?.Number == snapshot.Number) entry.Snapshot = snapshot with { Current = snapshot.Fallback, Fallback = null };
        return true;
    }

    /// <summary>Forgets audio that has expired.</summary>
    public void ForgetExpired()
    {
        foreach (var entry in _entries.Values)
        {
            // Replaced in the meantime, it was read anew without what has expired.
            if (entry.Snapshot is { } snapshot && snapshot.Neighbours.Since(Expired) is var fresh && fresh != snapshot.Neighbours)
                Interlocked.CompareExchange(ref entry.Snapshot, snapshot with { Neighbours = fresh }, snapshot);
        }
    }

    /// <summary>Reads a domain again, if it is in memory.</summary>
    public Task RefreshAsync(string domain) => _entries.TryGetValue(domain, out var entry) ? LoadAsync(entry) : Task.CompletedTask;

    /// <summary>Reads all domains in memory again, one after another.</summary>
    public async Task RefreshAllAsync()
    {
        foreach (var entry in _entries.Values) await LoadAsync(entry);
    }

    private Entry EntryOf(string domain)
    {
        var entry = _entries.GetOrAdd(domain, static (name, create) => new Entry(name, create()), createDetector);
        entry.LastUse = Interlocked.Increment(ref _uses);
        return entry;
    }

    /// <summary>Takes note of what an entry takes, and forgets the least recently used others if that is too much.</summary>
    private void Account(Entry entry)
    {
        Interlocked.Add(ref _bytes, -entry.CountBytes(EntryBytes + (entry.Snapshot?.Bytes ?? 0)));
        // One that was forgotten while it was read takes nothing: nobody finds it any more.
        if (!_entries.TryGetValue(entry.Domain, out var known) || known != entry) Interlocked.Add(ref _bytes, -entry.CountBytes(0));
        while (Bytes > options.DomainMemoryBytes && _entries.Values.Where(other => other != entry).MinBy(other => other.LastUse) is { } oldest)
        {
            if (_entries.TryRemove(KeyValuePair.Create(oldest.Domain, oldest))) Interlocked.Add(ref _bytes, -oldest.CountBytes(0));
        }
    }

    /// <summary>Reads a domain; never fails. Whoever comes while it is being read waits for a reading that begins after that one.</summary>
    private async Task LoadAsync(Entry entry)
    {
        await entry.Loading.WaitAsync();
        try
        {
            var stored = await reader.ReadAsync(entry.Domain, CancellationToken.None);
            var snapshot = stored?.Snapshot ?? DomainSnapshot.Source(entry.Domain);
            if (stored is null) entry.Collapsed = Revision.Source; // deleted: numbers begin anew
            else if (keepsNeighbours) snapshot = snapshot with { Neighbours = await GatherAsync(snapshot, entry.Snapshot?.Neighbours) };
            // What was found collapsed here serves no more, even before the store knows.
            entry.Snapshot = snapshot.Current is not null && snapshot.Number == entry.Collapsed
                ? snapshot with { Current = snapshot.Fallback, Fallback = null }
                : snapshot;
        }
        catch (StateUnavailableException)
        {
            // What is in memory goes on serving.
        }
        catch (Exception exception)
        {
            Log.Failed(logger, entry.Domain, exception);
        }
        finally
        {
            Account(entry);
            entry.Loading.Release();
        }
    }

    private Task<NeighbourSet> GatherAsync(DomainSnapshot snapshot, NeighbourSet? known) =>
        reader.GatherAsync(snapshot, known ?? NeighbourSet.Empty, Expired, options.UtterancesPerDomain, CancellationToken.None);

    private sealed class Entry(string domain, CollapseDetector detector)
    {
        private readonly Lock _lock = new();
        private long _lastUse;
        private long _bytes;
        private Task _reading = Task.CompletedTask;

        public string Domain { get; } = domain;

        public CollapseDetector Detector { get; } = detector;

        /// <summary>One reading at a time, so that an older one never replaces a newer one.</summary>
        public SemaphoreSlim Loading { get; } = new(1, 1);

        public volatile DomainSnapshot? Snapshot;

        /// <summary>The reading that goes on, or a new one: however many ask while the store is away, one does.</summary>
        public Task FirstReading(Func<Entry, Task> read)
        {
            lock (_lock) return _reading.IsCompleted ? _reading = read(this) : _reading;
        }

        public long Collapsed
        {
            get => Interlocked.Read(ref field);
            set => Interlocked.Exchange(ref field, value);
        }

        /// <summary>Sets the bytes that are counted for it; by how much they shrink.</summary>
        public long CountBytes(long bytes) => Interlocked.Exchange(ref _bytes, bytes) - bytes;

        public long LastUse
        {
            get => Interlocked.Read(ref _lastUse);
            set => Interlocked.Exchange(ref _lastUse, value);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Domain {Domain} could not be read within {Timeout}; the model itself recognises until it is")]
        public static partial void TooSlow(ILogger logger, string domain, TimeSpan timeout);

        [LoggerMessage(2, LogLevel.Error, "Domain {Domain} could not be read")]
        public static partial void Failed(ILogger logger, string domain, Exception exception);
    }
}
