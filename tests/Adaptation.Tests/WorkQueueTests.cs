namespace Attune.Adaptation.Tests;

public class WorkQueueTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void TryTake_Budgets_EarliestDeadlineFirst()
    {
        var queue = new WorkQueue(capacity: 10, _time);
        Add(queue, "patient", default);
        Add(queue, "soon", new WorkTerms(TimeSpan.FromMilliseconds(300)));
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Add(queue, "now", new WorkTerms(TimeSpan.FromMilliseconds(150)));
        Add(queue, "long budget", new WorkTerms(TimeSpan.FromMinutes(1)));

        Assert.Equal(["now", "soon", "patient", "long budget"], TakeAll(queue));
    }

    [Fact]
    public void TryTake_FloodOfOneFlow_OthersGoBetween()
    {
        var queue = new WorkQueue(capacity: 100, _time);
        var cost = TimeSpan.FromMilliseconds(200);
        for (var i = 0; i < 6; i++) Add(queue, $"flood {i}", new WorkTerms(Flow: "flood", Cost: cost));
        _time.Advance(TimeSpan.FromMilliseconds(300));
        Add(queue, "other 0", new WorkTerms(Flow: "other", Cost: cost));
        Add(queue, "other 1", new WorkTerms(Flow: "other", Cost: cost));

        // The flood is due at 1.0, 1.2, 1.4 ... seconds, the others at 1.3 and 1.5.
        Assert.Equal(["flood 0", "flood 1", "other 0", "flood 2", "other 1", "flood 3", "flood 4", "flood 5"], TakeAll(queue));
    }

    [Fact]
    public void TryTake_FloodOfBudgets_DoesNotStarveWorkWithoutOne()
    {
        var queue = new WorkQueue(capacity: 1000, _time);
        var flood = new WorkTerms(TimeSpan.FromMilliseconds(50), "flood", TimeSpan.FromMilliseconds(40));
        for (var i = 0; i < 100; i++) Add(queue, "flood", flood);
        Add(queue, "other", new WorkTerms(Flow: "other", Cost: TimeSpan.FromMilliseconds(40)));

        // 50 ms + 24 x 40 ms = 1.01 s: the first 24 go before it.
        Assert.Equal(24, TakeAll(queue).IndexOf("other"));
    }

    [Fact]
    public void TryTake_FlowServed_OwesNothing()
    {
        var queue = new WorkQueue(capacity: 10, _time);
        var terms = new WorkTerms(Flow: "a", Cost: TimeSpan.FromSeconds(5));
        for (var i = 0; i < 5; i++) Add(queue, "a", terms);
        TakeAll(queue);

        Add(queue, "a again", terms);
        Add(queue, "b", new WorkTerms(Flow: "b"));

        Assert.Equal(["a again", "b"], TakeAll(queue));
    }

    [Fact]
    public void CostBefore_OnlyWhatIsDueEarlier()
    {
        var queue = new WorkQueue(capacity: 10, _time);
        Add(queue, "tight", new WorkTerms(TimeSpan.FromMilliseconds(100), "a", TimeSpan.FromMilliseconds(70)));
        Add(queue, "patient", new WorkTerms(Flow: "b", Cost: TimeSpan.FromMilliseconds(400)));

        Assert.Equal(TimeSpan.FromMilliseconds(70), queue.CostBefore(new WorkTerms(TimeSpan.FromMilliseconds(200), "c")));
        Assert.Equal(TimeSpan.FromMilliseconds(470), queue.CostBefore(new WorkTerms(Flow: "c")));
        Assert.Equal(TimeSpan.Zero, queue.CostBefore(new WorkTerms(TimeSpan.FromMilliseconds(50), "c")));
    }

    [Fact]
    public void TryAdd_Full_IsRefusedAndCountsForNothing()
    {
        var queue = new WorkQueue(capacity: 1, _time);
        Add(queue, "first", default);

        Assert.False(queue.TryAdd(new Piece("second", new WorkTerms(Flow: "a", Cost: TimeSpan.FromSeconds(9)))));

        Assert.Equal(1, queue.Count);
        Assert.Equal(["first"], TakeAll(queue));
        Assert.Empty(queue.Take(1));
    }

    [Fact]
    public void Take_SeveralOfOneKind_TakesThoseThatComeNext()
    {
        var queue = new WorkQueue(capacity: 10, _time);
        foreach (var name in new[] { "a 0", "a 1", "a 2", "b 0", "a 3", "a 4" }) Add(queue, name, default, kind: name[..1]);

        Assert.Equal(["a 0", "a 1"], Take(queue, most: 2));
        Assert.Equal(["a 2"], Take(queue, most: 8)); // the next is of another kind, and not overtaken
        Assert.Equal(["b 0"], Take(queue, most: 8));
        Assert.Equal(["a 3", "a 4"], Take(queue, most: 8));
        Assert.Empty(Take(queue, most: 8));
    }

    [Fact]
    public void Take_BudgetOfOne_IsNotSpentOnAnother()
    {
        var queue = new WorkQueue(capacity: 10, _time);
        WorkTerms Terms(int? budget) => new(budget is { } ms ? TimeSpan.FromMilliseconds(ms) : null, Cost: TimeSpan.FromMilliseconds(40));
        Add(queue, "tight", Terms(100), "a");
        Add(queue, "patient 0", Terms(null), "a");
        Add(queue, "patient 1", Terms(null), "a");
        _time.Advance(TimeSpan.FromMilliseconds(15));

        // 85 ms are left: enough for two of 40 ms, not for three.
        Assert.Equal(["tight", "patient 0"], Take(queue, most: 8));
        Assert.Equal(["patient 1"], Take(queue, most: 8));
    }

    [Fact]
    public void Take_LaterOnesBudgetAlmostSpent_ItIsLeftForItself()
    {
        var queue = new WorkQueue(capacity: 10, _time);
        var cost = TimeSpan.FromMilliseconds(40);
        Add(queue, "first", new WorkTerms(TimeSpan.FromMilliseconds(50), Cost: cost), "a");
        Add(queue, "second", new WorkTerms(TimeSpan.FromMilliseconds(70), "other", cost), "a");

        Assert.Equal(["first"], Take(queue, most: 8));
        Assert.Equal(["second"], Take(queue, most: 8));
    }

    [Fact]
    public void Take_Several_EachIsNoLongerOwedToItsFlow()
    {
        var queue = new WorkQueue(capacity: 10, _time);
        var terms = new WorkTerms(Flow: "a", Cost: TimeSpan.FromSeconds(5));
        for (var i = 0; i < 3; i++) Add(queue, "a", terms, "a");
        Take(queue, most: 3);

        Add(queue, "a again", terms);
        Add(queue, "b", new WorkTerms(Flow: "b"));

        Assert.Equal(["a again", "b"], TakeAll(queue));
    }

    private static void Add(WorkQueue queue, string name, WorkTerms terms, string? kind = null) => Assert.True(queue.TryAdd(new Piece(name, terms, kind)));

    private static List<string> TakeAll(WorkQueue queue)
    {
        var names = new List<string>();
        while (Take(queue, most: 1) is [var name]) names.Add(name);
        return names;
    }

    private static List<string> Take(WorkQueue queue, int most) => [.. queue.Take(most).Cast<Piece>().Select(piece => piece.Name)];

    /// <summary>Goes with those of its kind, if it has one.</summary>
    private sealed class Piece(string name, WorkTerms terms, string? kind = null) : WorkPiece(terms)
    {
        public string Name => name;

        private string? Kind => kind;

        public override bool Takes(IReadOnlyList<WorkPiece> pieces, WorkPiece next) => kind is not null && ((Piece)next).Kind == kind;

        public override void Run(IReadOnlyList<WorkPiece> pieces)
        {
        }

        public override void Refuse(CancellationToken stopping)
        {
        }
    }
}
