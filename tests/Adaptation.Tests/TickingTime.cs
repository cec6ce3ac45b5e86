namespace Attune.Adaptation.Tests;

/// <summary>A clock that moves on by the same amount each time somebody looks at it.</summary>
internal sealed class TickingTime(TimeSpan tick, int afterReads = int.MaxValue, Action? then = null) : TimeProvider
{
    /// <summary>How often somebody has looked.</summary>
    public int Reads { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        if (++Reads == afterReads) then?.Invoke();
        return Reads * tick.Ticks;
    }
}
