using System.Collections.Concurrent;
using Attune.Adaptation;
using Attune.Adaptation.Text.Tent;
using Attune.Server.Serving;
using Attune.Server.State;
using Attune.Server.Telemetry;
using Attune.Text.Classification;
using Microsoft.Extensions.Options;

namespace Attune.Server.Text;

/// <summary>The weights that domains' texts have made of classifiers, in the memory of this replica, and the steps that make them.</summary>
/// <remarks>Steps run one after another for each domain on the adaptation threads, without anybody waiting for them. Thread-safe.</remarks>
internal sealed partial class TentDomains(
    AdaptationThreads threads, ServingModel serving, IOptions<TentOptions> options, ServerMetrics metrics, TimeProvider time, ILogger<TentDomains> logger)
{
    private readonly ConcurrentDictionary<(ServedTextModel Model, string Domain), Entry> _entries = new();
    private long _uses;

    /// <summary>What classifiers do with texts that nobody has labelled.</summary>
    public TentStrategy Strategy { get; } = options.Value.ResolveStrategy();

    /// <summary>What a domain has; a new one starts at the model.</summary>
    public Entry Of(ServedTextModel model, string domain)
    {
        var entry = _entries.GetOrAdd((model, domain), static (key, made) => new Entry(key.Domain, key.Model, made), options.Value);
        entry.LastUse = Interlocked.Increment(ref _uses);
        if (_entries.Count > options.Value.MaxDomains && _entries.Where(other => other.Value != entry).MinBy(other => other.Value.LastUse) is { Value: not null } oldest)
            _entries.TryRemove(oldest);
        return entry;
    }

    /// <summary>Takes note of a text, and has a step made if enough have come.</summary>
    /// <returns>What has collapsed: the model's answer is to be served. Null if nothing has.</returns>
    public CollapsedLabels? Observe(Entry entry, TentVersion version, TextClassification own, TextClassification adapted, bool teaches)
    {
        var sign = entry.State.Observe(version, own.Tokens, LabelAnswer.Of(own.Logits.Span), LabelAnswer.Of(adapted.Logits.Span), teaches);
        if (!teaches) return sign;
        if (sign is { } bad) Reset(entry, bad);
        if (entry.State.TryBegin()) _ = LearnAsync(entry); // never fails
        return sign;
    }

    /// <summary>Forgets what a domain has learnt, for every model.</summary>
    public void Forget(string domain)
    {
        foreach (var (key, entry) in _entries)
        {
            if (key.Domain == domain && _entries.TryRemove(KeyValuePair.Create(key, entry))) entry.State.Reset();
        }
    }

    /// <summary>Forgets what all domains have learnt for a model, which nobody asks for any more.</summary>
    public void Forget(ServedTextModel model)
    {
        foreach (var entry in _entries)
        {
            if (entry.Key.Model == model && _entries.TryRemove(entry)) entry.Value.State.Reset();
        }
    }

    /// <summary>Makes the step that was begun, or leaves its texts out where the domain is frozen or too much waits.</summary>
    private async Task LearnAsync(Entry entry)
    {
        try
        {
            TentRound? round = null;
            var update = await MayLearnAsync(entry.Domain).ConfigureAwait(false)
                ? threads.TryRun(() => entry.Adapter.TryUse(() => round = entry.State.Update(CancellationToken.None)), new WorkTerms(Flow: entry.Domain), CancellationToken.None)
                : null;
            if (update is null || !await update.ConfigureAwait(false)) entry.State.GiveUp();
            else if (round?.Sign is { } sign) Reset(entry, sign);
            else if (round is not null) metrics.TentUpdated("updated");
        }
        catch (OperationCanceledException)
        {
            entry.State.GiveUp(); // the server stops
        }
        catch (Exception exception)
        {
            Log.Failed(logger, entry.Domain, exception);
            entry.State.GiveUp();
        }
    }

    /// <summary>Whether a domain is not frozen; one that nobody has named yet begins. While the store cannot be reached, domains go on.</summary>
    private async Task<bool> MayLearnAsync(string domain)
    {
        try
        {
            var domains = serving.Domains.Stores.Domains;
            var head = await domains.ReadAsync(domain, CancellationToken.None).ConfigureAwait(false);
            if (head is null) await domains.TryFoundAsync(domain, time.GetUtcNow(), CancellationToken.None).ConfigureAwait(false);
            return head is not { Frozen: true };
        }
        catch (StateUnavailableException)
        {
            return true;
        }
    }

    private void Reset(Entry entry, CollapsedLabels sign)
    {
        metrics.TentUpdated(sign.ToString());
        Log.Collapsed(logger, entry.Domain, sign);
    }

    /// <summary>One domain for one model.</summary>
    internal sealed class Entry(string domain, ServedTextModel model, TentOptions options)
    {
        public string Domain => domain;

        public Attune.Adaptation.Text.Updates.TextAdapter Adapter => model.Adapter;

        public TentDomain State { get; } = model.Adapter.CreateDomain(options);

        public TentVersion Serving => State.Serving;

        public long LastUse
        {
            get => Interlocked.Read(ref field);
            set => Interlocked.Exchange(ref field, value);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Domain {Domain} is back at the text model: its weights had collapsed ({Sign})")]
        public static partial void Collapsed(ILogger logger, string domain, CollapsedLabels sign);

        [LoggerMessage(2, LogLevel.Error, "A step on texts of domain {Domain} failed")]
        public static partial void Failed(ILogger logger, string domain, Exception exception);
    }
}
