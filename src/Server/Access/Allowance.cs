namespace Attune.Server.Access;

/// <summary>So much of something in a window of time, filling up evenly: a bucket of which more may be taken than it holds, which then fills up from below zero.</summary>
/// <remarks>So the rate holds in the long run, although what a request takes is known only when it is taken. Thread-safe.</remarks>
internal sealed class Allowance
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly double _perSecond;
    private double _left;
    private long _asOf;

    /// <param name="name">What it is of, such as <c>audio-minute</c>; clients are told.</param>
    /// <param name="setting">Name of its setting.</param>
    /// <param name="quota">How much fits in; it is full at first.</param>
    /// <param name="window">Time in which it fills up.</param>
    /// <param name="time">Clock.</param>
    public Allowance(string name, string setting, TimeSpan quota, TimeSpan window, TimeProvider time)
    {
        (Name, Setting, Quota, Window, _time) = (name, setting, quota, window, time);
        _perSecond = quota / window;
        _left = quota.TotalSeconds;
        _asOf = time.GetTimestamp();
    }

    public string Name { get; }

    public string Setting { get; }

    public TimeSpan Quota { get; }

    public TimeSpan Window { get; }

    /// <summary>Seconds that are left; not above zero if nothing is.</summary>
    public double LeftSeconds
    {
        get
        {
            lock (_lock) return Fill();
        }
    }

    /// <summary>Whether nothing of it is in use.</summary>
    public bool IsFull => LeftSeconds >= Quota.TotalSeconds;

    /// <summary>Time until something is left, rounded up to whole seconds; zero if something is.</summary>
    public TimeSpan Wait
    {
        get
        {
            var left = LeftSeconds;
            // Right at zero nothing is left yet.
            return left > 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(-left / _perSecond)));
        }
    }

    /// <summary>Takes something, whether it is left or not.</summary>
    public void Take(TimeSpan used)
    {
        lock (_lock) _left = Fill() - used.TotalSeconds;
    }

    private double Fill()
    {
        var now = _time.GetTimestamp();
        _left = Math.Min(Quota.TotalSeconds, _left + (_time.GetElapsedTime(_asOf, now).TotalSeconds * _perSecond));
        _asOf = now;
        return _left;
    }
}
