namespace Attune.Adaptation;

/// <summary>Work that waits for a thread: earliest deadline first, and fair between flows.</summary>
/// <remarks>
/// Work is due when its budget ends, at the latest after <see cref="Patience"/>, plus what its flow has waiting already. So a tight budget goes first, and a flow
/// that floods the queue is served at its own cost: each further piece is due later, and work of other flows goes between (start-time fair queuing: Goyal, Vin
/// and Cheng 1997, "Start-Time Fair Queueing"). Of equal turns, first come, first served. What is taken together is always what comes next: nobody is overtaken.
/// Not thread-safe.
/// </remarks>
/// <param name="capacity">Most pieces that wait.</param>
/// <param name="time">The clock.</param>
internal sealed class WorkQueue(int capacity, TimeProvider time)
{
    /// <summary>Work without a budget, or with a longer one, is due after so much time.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly PriorityQueue<(WorkPiece Piece, TimeSpan Added), (TimeSpan Due, long Number)> _waiting = new();
    private readonly Dictionary<string, TimeSpan> _costs = new(StringComparer.Ordinal);
    private readonly long _origin = time.GetTimestamp();
    private long _number;

    /// <summary>Pieces that wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Adds a piece; false if the queue is full.</summary>
    public bool TryAdd(WorkPiece piece)
    {
        if (_waiting.Count >= capacity) return false;
        var terms = piece.Terms;
        _waiting.Enqueue((piece, Now), (Due(terms), _number++));
        _costs[Flow(terms)] = _costs.GetValueOrDefault(Flow(terms)) + terms.Cost;
        return true;
    }

    /// <summary>Takes the piece whose turn it is, and those that come next and are run with it.</summary>
    /// <param name="most">Most pieces, from 1.</param>
    /// <returns>None if nothing waits.</returns>
    /// <remarks>A further piece is taken only where all of them, one after another, would probably end within each one's budget: together they end sooner.</remarks>
    public IReadOnlyList<WorkPiece> Take(int most)
    {
        var taken = new List<WorkPiece>();
        var (cost, shortest) = (TimeSpan.Zero, TimeSpan.MaxValue);
        while (taken.Count < most && _waiting.TryPeek(out var next, out _))
        {
            cost += next.Piece.Terms.Cost;
            if (next.Piece.Terms.Budget is { } budget && budget - (Now - next.Added) is var left && left < shortest) shortest = left;
            if (taken.Count > 0 && (cost > shortest || !taken[0].Takes(taken, next.Piece))) break;
            taken.Add(Dequeue());
        }

        return taken;
    }

    /// <summary>Probable cost of what would go before a piece.</summary>
    public TimeSpan CostBefore(WorkTerms terms)
    {
        var due = Due(terms);
        return _waiting.UnorderedItems.Aggregate(TimeSpan.Zero, (sum, item) => item.Priority.Due <= due ? sum + item.Element.Piece.Terms.Cost : sum);
    }

    private TimeSpan Now => time.GetElapsedTime(_origin);

    private WorkPiece Dequeue()
    {
        var piece = _waiting.Dequeue().Piece;
        var flow = Flow(piece.Terms);
        var left = _costs.GetValueOrDefault(flow) - piece.Terms.Cost;
        if (left > TimeSpan.Zero) _costs[flow] = left;
        else _costs.Remove(flow);
        return piece;
    }

    private TimeSpan Due(WorkTerms terms)
    {
        var own = terms.Budget < Patience ? terms.Budget.Value : Patience;
        return Now + own + _costs.GetValueOrDefault(Flow(terms));
    }

    private static string Flow(WorkTerms terms) => terms.Flow ?? string.Empty;
}
