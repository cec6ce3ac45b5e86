namespace Attune.Adaptation;

/// <summary>Work that waits for a thread: earliest deadline first, and fair between flows.</summary>
/// <remarks>
/// Work is due when its budget ends, at the latest after <see cref="Patience"/>, plus what its flow has waiting already. So a tight budget goes first, and a flow
/// that floods the queue is served at its own cost: each further piece is due later, and work of other flows goes between (start-time fair queuing: Goyal, Vin
/// and Cheng 1997, "Start-Time Fair Queueing"). Of equal turns, first come, first served. Not thread-safe.
/// </remarks>
/// <param name="capacity">Most pieces that wait.</param>
/// <param name="time">The clock.</param>
internal sealed class WorkQueue(int capacity, TimeProvider time)
{
    /// <summary>Work without a budget, or with a longer one, is due after so much time.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly PriorityQueue<(Action Run, WorkTerms Terms), (TimeSpan Due, long Number)> _waiting = new();
    private readonly Dictionary<string, TimeSpan> _costs = new(StringComparer.Ordinal);
    private readonly long _origin = time.GetTimestamp();
    private long _number;

    /// <summary>Pieces that wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Adds a piece; false if the queue is full.</summary>
    public bool TryAdd(Action run, WorkTerms terms)
    {
        if (_waiting.Count >= capacity) return false;
        _waiting.Enqueue((run, terms), (Due(terms), _number++));
        _costs[Flow(terms)] = _costs.GetValueOrDefault(Flow(terms)) + terms.Cost;
        return true;
    }

    /// <summary>Takes the piece whose turn it is; null if none waits.</summary>
    public (Action Run, WorkTerms Terms)? TryTake()
    {
        if (!_waiting.TryDequeue(out var taken, out _)) return null;
        var flow = Flow(taken.Terms);
        var left = _costs.GetValueOrDefault(flow) - taken.Terms.Cost;
        if (left > TimeSpan.Zero) _costs[flow] = left;
        else _costs.Remove(flow);
        return taken;
    }

    /// <summary>Probable cost of what would go before a piece.</summary>
    public TimeSpan CostBefore(WorkTerms terms)
    {
        var due = Due(terms);
        return _waiting.UnorderedItems.Aggregate(TimeSpan.Zero, (sum, item) => item.Priority.Due <= due ? sum + item.Element.Terms.Cost : sum);
    }

    private TimeSpan Due(WorkTerms terms)
    {
        var own = terms.Budget < Patience ? terms.Budget.Value : Patience;
        return time.GetElapsedTime(_origin) + own + _costs.GetValueOrDefault(Flow(terms));
    }

    private static string Flow(WorkTerms terms) => terms.Flow ?? string.Empty;
}
