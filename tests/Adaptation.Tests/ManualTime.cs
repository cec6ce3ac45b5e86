namespace Attune.Adaptation.Tests;

/// <summary>A clock that moves when the test says so; its date may be set back without the time that elapses.</summary>
internal sealed class ManualTime : TimeProvider
{
    private TimeSpan _elapsed;
    private DateTimeOffset _date = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _elapsed.Ticks;

    public override DateTimeOffset GetUtcNow() => _date;

    public void Advance(TimeSpan time)
    {
        _elapsed += time;
        _date += time;
    }

    public void SetDate(DateTimeOffset date) => _date = date;
}
