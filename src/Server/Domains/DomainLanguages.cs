using System.Collections.Concurrent;
using Attune.Evaluation;
using Attune.Recognition.Decoding;
using Attune.Recognition.Language;
using Attune.Server.State;

namespace Attune.Server.Domains;

/// <summary>Language models and hotwords of domains, made of what they were told, for one model.</summary>
/// <remarks>
/// <para>What is in memory answers at once, and is read again in the background when it is older than <see cref="RefreshInterval"/>; so a change reaches this server at once,
/// and others within that time of their next request. The first request of a domain waits for the store as long as for its revision. The least recently used are
/// forgotten: beyond <see cref="MaxLanguages"/> of those that were told something, and beyond <see cref="MaxDomains"/> of all, nearly all of which were told nothing.</para>
/// <para>Thread-safe.</para>
/// </remarks>
/// <param name="store">Where it is stored.</param>
/// <param name="decoders">Make language models fit the acoustic one.</param>
/// <param name="connection">Tells whether the store can be reached.</param>
/// <param name="options">How long a request waits.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Told what fails.</param>
internal sealed partial class DomainLanguages(
    LanguageStore store, BeamDecoders decoders, StateConnection connection, StateOptions options, TimeProvider time, ILogger<DomainLanguages> logger)
{
    /// <summary>Largest text of a domain, in bytes of UTF-8: 256 KiB, about 45,000 words, whose model takes some 10 MB.</summary>
    public const int MaxTextBytes = 1 << 18;

    /// <summary>Languages in memory.</summary>
    public const int MaxLanguages = 64;

    /// <summary>Domains in memory. One that was told nothing takes some 300 bytes, and would else have its every request wait for the store to say so again.</summary>
    public const int MaxDomains = 16_384;

    /// <summary>Part of all that is forgotten at once: to look for the oldest one takes as long.</summary>
    private const int ForgottenPart = 8;

    private const int Order = 3;

    /// <summary>Age from which what is in memory is read again.</summary>
    public static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly DomainLanguage _none = new(decoders.Background, []);
    private long _uses;

    /// <summary>Where it is stored.</summary>
    public LanguageStore Store => store;

    /// <summary>What a domain's requests are searched with. Never fails: what cannot be read in time is left out.</summary>
    public async Task<DomainLanguage> GetAsync(string domain, CancellationToken cancellationToken)
    {
        var entry = _entries.GetOrAdd(domain, static _ => new Entry());
        entry.LastUse = Interlocked.Increment(ref _uses);
        if (entry.Value is null && _entries.Count > MaxDomains) Forget(_entries.Where(other => other.Value != entry), MaxDomains / ForgottenPart);
        if (entry.Value is { } value && time.GetElapsedTime(entry.ReadAt) < RefreshInterval) return value;
        var reading = entry.Read(() => Task.Run(() => LoadAsync(domain, entry), CancellationToken.None));
        if (entry.Value is null && connection.IsReachable)
        {
            try
            {
                await reading.WaitAsync(options.LoadTimeout, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                Log.TooSlow(logger, domain, options.LoadTimeout);
            }
        }

        return entry.Value ?? _none;
    }

    /// <summary>Has the next request of a domain read it anew.</summary>
    public void Invalidate(string domain) => _entries.TryRemove(domain, out _);

    /// <summary>Makes it of what a domain was told.</summary>
    /// <exception cref="ArgumentException">The model can write none of the words, or not a hotword.</exception>
    public DomainLanguage Make(StoredLanguage language)
    {
        var estimator = new KneserNeyEstimator(Order);
        var hasWords = false;
        foreach (var words in language.Text.Split('\n').Select(TextNormalizer.Words).Where(words => words.Count > 0))
        {
            estimator.Add(words);
            hasWords = true;
        }

        var made = new DomainLanguage(hasWords ? decoders.Interpolate(estimator.Estimate()) : decoders.Background, language.Hotwords);
        decoders.Create(new DecodingRequest { Hotwords = made.Hotwords }, made.Model); // refuses what cannot be written
        return made;
    }

    private async Task LoadAsync(string domain, Entry entry)
    {
        try
        {
            var stored = await store.ReadAsync(domain, CancellationToken.None);
            // The same text is not made into the same model again, nor tried again if it cannot be.
            if (entry.Value is not null && stored?.Time == entry.Stored) return;
            entry.Stored = stored?.Time;
            entry.Value = stored is null ? _none : Make(stored);
            if (stored is not null) Forget(_entries.Where(other => IsTold(other.Value) && other.Value != entry), _entries.Count(other => IsTold(other.Value)) - MaxLanguages);
        }
        catch (StateUnavailableException)
        {
            // What is in memory goes on serving.
        }
        catch (Exception exception)
        {
            entry.Value = _none;
            Log.Failed(logger, domain, exception);
        }
        finally
        {
            entry.ReadAt = time.GetTimestamp();
        }
    }

    private bool IsTold(Entry entry) => entry.Value is { } value && value != _none;

    /// <summary>Forgets so many of some, the least recently used first.</summary>
    private void Forget(IEnumerable<KeyValuePair<string, Entry>> some, int count)
    {
        foreach (var oldest in some.Select(entry => (Entry: entry, entry.Value.LastUse)).OrderBy(entry => entry.LastUse).Take(count)) _entries.TryRemove(oldest.Entry);
    }

    private sealed class Entry
    {
        private readonly Lock _lock = new();
        private Task _reading = Task.CompletedTask;

        public volatile DomainLanguage? Value;

        public long ReadAt
        {
            get => Interlocked.Read(ref field);
            set => Interlocked.Exchange(ref field, value);
        }

        public long LastUse
        {
            get => Interlocked.Read(ref field);
            set => Interlocked.Exchange(ref field, value);
        }

        /// <summary>When what it was made of was told; null for nothing. Only the reading that goes on touches it.</summary>
        public DateTimeOffset? Stored { get; set; }

        /// <summary>The reading that goes on, or a new one.</summary>
        public Task Read(Func<Task> read)
        {
            lock (_lock) return _reading.IsCompleted ? _reading = read() : _reading;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Language of domain {Domain} could not be read within {Timeout}; it recognises without until it is")]
        public static partial void TooSlow(ILogger logger, string domain, TimeSpan timeout);

        [LoggerMessage(2, LogLevel.Error, "Language of domain {Domain} cannot be used")]
        public static partial void Failed(ILogger logger, string domain, Exception exception);
    }
}
