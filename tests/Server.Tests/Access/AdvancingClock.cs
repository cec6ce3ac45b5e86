namespace Attune.Server.Tests.Access;

/// <summary>The system's clock, which can be advanced. Timers are not.</summary>
internal sealed class AdvancingClock : TimeProvider
{
    private long _ticks;

    private TimeSpan Advanced => TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Advanced;

    public override long GetTimestamp() => base.GetTimestamp() + (long)(Advanced.TotalSeconds * TimestampFrequency);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
