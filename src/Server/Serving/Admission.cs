using Microsoft.Extensions.Options;

namespace Attune.Server.Serving;

/// <summary>Lets a bounded number of requests in; one more is refused at once instead of waiting.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Admission : IDisposable
{
    private readonly int _capacity;
    private readonly SemaphoreSlim _places;

    public Admission(IOptions<ServingOptions> options)
    {
        _capacity = options.Value.MaxConcurrentRequests;
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
                $"At most {_capacity} requests are recognised at the same time ({ServingOptions.Section}:"
                + $"{nameof(ServingOptions.MaxConcurrentRequests)}), and so many are. Try again later.");
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
