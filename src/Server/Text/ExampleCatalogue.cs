using System.Collections.Concurrent;
using Attune.Adaptation.Text.Examples;
using Attune.Server.State;

namespace Attune.Server.Text;

/// <summary>The examples in memory: of each domain and model an immutable set that is replaced whole.</summary>
/// <remarks>
/// <para>What is in memory answers at once, and is read again in the background when it is older than <see cref="RefreshInterval"/>; so a change reaches this server at once, and others within
/// that time of their next request. Only examples that are not in memory are read. The least recently used sets go when all take too much.</para>
/// <para>Thread-safe.</para>
/// </remarks>
/// <param name="connection">Tells whether the store can be reached.</param>
/// <param name="state">How long a request waits.</param>
/// <param name="options">How much memory.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Told what fails.</param>
internal sealed partial class ExampleCatalogue(
    StateConnection connection, StateOptions state, ExampleOptions options, TimeProvider time, ILogger<ExampleCatalogue> logger)
{
    /// <summary>Age from which what is in memory is read again.</summary>
    public static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(10);

    /// <summary>What an entry takes without examples, roughly.</summary>
    private const int EntryBytes = 512;

    /// <summary>Examples that are read at the same time.</summary>
    private const int ReadTogether = 64;

    private readonly ConcurrentDictionary<(ExampleStore Store, string Domain), Entry> _entries = new();
    private long _uses;

    /// <summary>The examples of a domain for a model.</summary>
    /// <returns>Null if they cannot be read in time.</returns>
    public async Task<ExampleSet?> GetAsync(ServedTextModel model, string domain, CancellationToken cancellationToken)
    {
        var entry = _entries.GetOrAdd((model.Examples, domain), static key => new Entry(key.Store));
        entry.LastUse = Interlocked.Increment(ref _uses);
        var (reading, isCurrent) = entry.Reading;
        if (isCurrent && time.GetElapsedTime(reading!.At) < RefreshInterval) return reading.Set;
        var loading = entry.Load(() => Task.Run(() => LoadAsync(entry, domain), CancellationToken.None));
        if (isCurrent || !connection.IsReachable) return reading?.Set;
        try
        {
            await loading.WaitAsync(state.LoadTimeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            Log.TooSlow(logger, domain, state.LoadTimeout);
        }

        return entry.Reading.Last?.Set;
    }

    /// <summary>Has the next request of a domain read its examples anew, for every model.</summary>
    public void Invalidate(string domain)
    {
        foreach (var (key, entry) in _entries)
        {
            if (key.Domain == domain) entry.Invalidate();
        }
    }

    /// <summary>Forgets the examples for a model, which nobody asks for any more.</summary>
    public void Forget(ServedTextModel model)
    {
        foreach (var entry in _entries)
        {
            if (entry.Key.Store == model.Examples) _entries.TryRemove(entry);
        }
    }

    private async Task LoadAsync(Entry entry, string domain)
    {
        var version = entry.Version;
        try
        {
            var known = (entry.Reading.Last?.Set ?? ExampleSet.Empty).Members.ToDictionary(member => member.Example.Id, StringComparer.Ordinal);
            var listed = await entry.Store.ListAsync(domain, CancellationToken.None);
            var members = new List<EmbeddedExample>(listed.Count);
            foreach (var part in listed.Chunk(ReadTogether))
            {
                var read = await Task.WhenAll(part.Select(item => known.TryGetValue(item.Id, out var member) ? Task.FromResult<EmbeddedExample?>(member) : ReadAsync(entry, domain, item.Id)));
                members.AddRange(read.OfType<EmbeddedExample>());
            }

            entry.Complete(new Reading(new ExampleSet(members), version, time.GetTimestamp()));
            ForgetOthers(entry);
        }
        catch (StateUnavailableException)
        {
            // What is in memory goes on serving.
        }
        catch (Exception exception)
        {
            Log.Failed(logger, domain, exception);
        }
    }

    private async Task<EmbeddedExample?> ReadAsync(Entry entry, string domain, string id)
    {
        try
        {
            return await entry.Store.ReadAsync(domain, id, CancellationToken.None);
        }
        catch (InvalidDataException exception)
        {
            Log.Damaged(logger, domain, id, exception);
            return null;
        }
    }

    private void ForgetOthers(Entry entry)
    {
        var bytes = _entries.Values.Sum(other => other.Bytes);
        while (bytes > options.MemoryBytes && _entries.Where(other => other.Value != entry).OrderBy(other => other.Value.LastUse).FirstOrDefault() is { Value: not null } oldest)
        {
            if (_entries.TryRemove(oldest)) bytes -= oldest.Value.Bytes;
        }
    }

    /// <param name="Set">What was read.</param>
    /// <param name="Version">Of the entry when the reading began.</param>
    /// <param name="At">Timestamp of its end.</param>
    private sealed record Reading(ExampleSet Set, long Version, long At);

    private sealed class Entry(ExampleStore store)
    {
        private readonly Lock _lock = new();
        private Task _loading = Task.CompletedTask;
        private long _loadingVersion;
        private Reading? _last;
        private long _version;

        public ExampleStore Store => store;

        public long LastUse
        {
            get => Interlocked.Read(ref field);
            set => Interlocked.Exchange(ref field, value);
        }

        public long Bytes => EntryBytes + (_last?.Set.Bytes ?? 0);

        /// <summary>Counts what was changed here.</summary>
        public long Version
        {
            get
            {
                lock (_lock) return _version;
            }
        }

        /// <summary>The last reading, and whether nothing was changed here since it began.</summary>
        public (Reading? Last, bool IsCurrent) Reading
        {
            get
            {
                lock (_lock) return (_last, _last?.Version == _version);
            }
        }

        public void Invalidate()
        {
            lock (_lock) _version++;
        }

        public void Complete(Reading reading)
        {
            lock (_lock) _last = reading;
        }

        /// <summary>The reading that goes on and has seen every change, or a new one after it.</summary>
        public Task Load(Func<Task> load)
        {
            lock (_lock)
            {
                if (!_loading.IsCompleted && _loadingVersion == _version) return _loading;
                _loadingVersion = _version;
                var before = _loading;
                return _loading = before.IsCompleted ? load() : AfterAsync(before, load);
            }
        }

        private static async Task AfterAsync(Task before, Func<Task> load)
        {
            await before;
            await load();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Examples of domain {Domain} could not be read within {Timeout}; it is answered without until they are")]
        public static partial void TooSlow(ILogger logger, string domain, TimeSpan timeout);

        [LoggerMessage(2, LogLevel.Error, "Examples of domain {Domain} cannot be read")]
        public static partial void Failed(ILogger logger, string domain, Exception exception);

        [LoggerMessage(3, LogLevel.Warning, "Example {Id} of domain {Domain} is damaged, and left out")]
        public static partial void Damaged(ILogger logger, string domain, string id, Exception exception);
    }
}
