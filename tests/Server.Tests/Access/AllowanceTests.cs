using Attune.Server.Access;
using Attune.Server.Tests.Serving.Streaming;

namespace Attune.Server.Tests.Access;

public class AllowanceTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Wait_MoreTakenThanLeft_IsUntilItIsMadeUpFor()
    {
        var allowance = Make(quota: 60, window: 60);

        allowance.Take(TimeSpan.FromSeconds(90));

        Assert.Equal((-30, TimeSpan.FromSeconds(30)), (allowance.LeftSeconds, allowance.Wait));
        _clock.Advance(TimeSpan.FromSeconds(30.5));
        Assert.Equal((0.5, TimeSpan.Zero), (allowance.LeftSeconds, allowance.Wait));
    }

    [Fact]
    public void Wait_NothingLeftExactly_IsASecond()
    {
        var allowance = Make(quota: 60, window: 60);

        allowance.Take(TimeSpan.FromSeconds(60));

        Assert.Equal(TimeSpan.FromSeconds(1), allowance.Wait);
    }

    [Fact]
    public void LeftSeconds_AfterLongRest_IsNoMoreThanTheQuota()
    {
        var allowance = Make(quota: 10, window: 60);
        allowance.Take(TimeSpan.FromSeconds(5));

        _clock.Advance(TimeSpan.FromDays(3));

        Assert.Equal(10, allowance.LeftSeconds);
        Assert.True(allowance.IsFull);
    }

    [Fact]
    public void Take_AlwaysAsSoonAsSomethingIsLeft_KeepsTheRateInTheLongRun()
    {
        var allowance = Make(quota: 10, window: 60);
        var taken = 0;

        for (var second = 0; second < 3600; second++)
        {
            if (allowance.Wait == TimeSpan.Zero)
            {
                allowance.Take(TimeSpan.FromSeconds(25));
                taken += 25;
            }

            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(taken, 600 - 25, 600 + 10 + 25); // 10 s a minute for an hour, with the first fill and the last overdraft
    }

    private Allowance Make(double quota, double window) =>
        new("audio-minute", "AudioPerMinute", TimeSpan.FromSeconds(quota), TimeSpan.FromSeconds(window), _clock);
}
