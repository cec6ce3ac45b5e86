namespace Attune.Server.Serving;

/// <summary>Lets a bounded number of requests in; one more is refused at once instead of waiting.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Admission : IDisposable
{
    private readonly int _capacity;
    private readonly string _setting;
    private readonly SemaphoreSlim _places;

    /// <param name="capacity">Requests at the same time.</param>
    /// <param name="setting">The setting that says so.</param>
    public Admission(int capacity, string setting)
    {
        _capacity = capacity;
        _setting = setting;
        _places = new SemaphoreSlim(_capacity, _capacity);
    }

    /// <summary>Requests that are in.</summary>
    public int Admitted => _capacity - _places.CurrentCount;

    /// <summary>Lets a request in. Disposing the result gives its place back; do so once.</summary>
    /// <exception cref="OverloadedException">All places are taken.</exception>
    public IDisposable Enter()
    {
        if (!_places.Wait(0))
        {
            throw new OverloadedException(
                $"At most {_capacity} requests are at work at the same time ({_setting}), and so many are. Try again later.");
        }

        return new Place(_places);
    }

    /// <summary>Takes all places as they become free: when it ends, no request is in and none will be let in.</summary>
    public async Task DrainAsync()
    {
        for (var i = 0; i < _capacity; i++) await _places.WaitAsync();
    }

    /// <summary>Gives back what <see cref="DrainAsync"/> took.</summary>
    public void Reopen() => _places.Release(_capacity);

    public void Dispose() => _places.Dispose();

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
