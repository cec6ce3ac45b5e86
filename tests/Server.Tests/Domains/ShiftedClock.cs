namespace Attune.Server.Tests.Domains;

/// <summary>The system's clock, whose date can jump while its timers go on.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    /// <summary>Difference to the true date.</summary>
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
