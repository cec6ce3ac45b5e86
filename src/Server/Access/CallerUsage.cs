using System.Globalization;

namespace Attune.Server.Access;

/// <summary>What one caller uses, and whether it may use more.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class CallerUsage
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1), Day = TimeSpan.FromDays(1);

    /// <summary>When to try again if it depends on when other requests end.</summary>
    private static readonly TimeSpan AnyTime = TimeSpan.FromSeconds(1);

    private readonly string _name;
    private readonly int? _concurrentRequests;
    private readonly Allowance[] _audio;
    private readonly Allowance[] _adaptation;
    private int _atWork;

    /// <param name="name">Of the caller, for messages.</param>
    /// <param name="limits">How much it may use.</param>
    /// <param name="time">Clock of the allowances.</param>
    public CallerUsage(string name, LimitOptions limits, TimeProvider time)
    {
        _name = name;
        _concurrentRequests = limits.ConcurrentRequests;
        _audio =
        [
            .. Make("audio-minute", nameof(limits.AudioPerMinute), limits.AudioPerMinute, Minute, time),
            .. Make("audio-day", nameof(limits.AudioPerDay), limits.AudioPerDay, Day, time),
        ];
        _adaptation =
        [
            .. Make("adaptation-minute", nameof(limits.AdaptationPerMinute), limits.AdaptationPerMinute, Minute, time),
            .. Make("adaptation-day", nameof(limits.AdaptationPerDay), limits.AdaptationPerDay, Day, time),
        ];
    }

    /// <summary>Whether it says nothing of the caller that a new one would not say.</summary>
    public bool IsIdle => Volatile.Read(ref _atWork) == 0 && All.All(allowance => allowance.IsFull);

    /// <summary>Whether gradient steps are allowed at the moment.</summary>
    public bool MayAdapt => _adaptation.All(allowance => allowance.LeftSeconds > 0);

    private IEnumerable<Allowance> All => _audio.Concat(_adaptation);

    /// <summary>Begins a recognition. Disposing the result ends it; do so once.</summary>
    /// <exception cref="QuotaExceededException">Too many are at work, or no audio is left.</exception>
    public IDisposable Begin()
    {
        RequireAudio();
        return BeginWithoutAudio();
    }

    /// <summary>Begins a request that is not about audio. Disposing the result ends it; do so once.</summary>
    /// <exception cref="QuotaExceededException">Too many are at work.</exception>
    public IDisposable BeginWithoutAudio()
    {
        if (Interlocked.Increment(ref _atWork) > _concurrentRequests)
        {
            Interlocked.Decrement(ref _atWork);
            throw new QuotaExceededException(
                _name, $"{_concurrentRequests} requests at the same time", nameof(LimitOptions.ConcurrentRequests), AnyTime);
        }

        return new Recognition(this);
    }

    /// <summary>Counts audio that was heard.</summary>
    public void Hear(TimeSpan audio)
    {
        foreach (var allowance in _audio) allowance.Take(audio);
    }

    /// <summary>Counts gradient steps.</summary>
    public void Adapt(TimeSpan steps)
    {
        foreach (var allowance in _adaptation) allowance.Take(steps);
    }

    /// <exception cref="QuotaExceededException">No audio is left.</exception>
    public void RequireAudio()
    {
        if (_audio.Where(allowance => allowance.Wait > TimeSpan.Zero).MaxBy(allowance => allowance.Wait) is not { } spent) return;
        throw new QuotaExceededException(
            _name, $"{Seconds(spent.Quota)} s of audio in {Seconds(spent.Window)} s", spent.Setting, spent.Wait);
    }

    /// <summary>
    /// The header fields of draft-ietf-httpapi-ratelimit-headers: every allowance, and how much of it is left; none if there is no allowance.
    /// </summary>
    public IEnumerable<(string Name, string Value)> Fields()
    {
        if (!All.Any()) yield break;
        yield return ("ratelimit-policy", string.Join(", ", All.Select(allowance =>
            $"\"{allowance.Name}\";q={Seconds(allowance.Quota)};qu=\"seconds\";w={Seconds(allowance.Window)}")));
        yield return ("ratelimit", string.Join(", ", All.Select(allowance =>
            $"\"{allowance.Name}\";r={Whole(Math.Max(0, Math.Floor(allowance.LeftSeconds)))};t={Seconds(allowance.Wait)}")));
    }

    private static IEnumerable<Allowance> Make(string name, string setting, TimeSpan? quota, TimeSpan window, TimeProvider time) =>
        quota is { } given ? [new Allowance(name, setting, given, window, time)] : [];

    private static string Seconds(TimeSpan time) => Whole(Math.Ceiling(time.TotalSeconds));

    private static string Whole(double number) => number.ToString("0", CultureInfo.InvariantCulture);

    private sealed class Recognition(CallerUsage usage) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref usage._atWork);
    }
}
