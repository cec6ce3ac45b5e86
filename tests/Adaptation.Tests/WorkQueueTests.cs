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

        Assert.False(queue.TryAdd(() => { }, new WorkTerms(Flow: "a", Cost: TimeSpan.FromSeconds(9))));

        Assert.Equal(1, queue.Count);
        Assert.Equal(["first"], TakeAll(queue));
        Assert.Null(queue.TryTake());
    }

    private readonly List<string> _ran = [];

    private void Add(WorkQueue queue, string name, WorkTerms terms) => Assert.True(queue.TryAdd(() => _ran.Add(name), terms));

    private List<string> TakeAll(WorkQueue queue)
    {
        _ran.Clear();
        while (queue.TryTake() is { } taken) taken.Run();
        return _ran;
    }
}
