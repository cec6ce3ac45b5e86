using Microsoft.Extensions.Options;

namespace Attune.Server.Serving.Streaming;

/// <summary>Lets a bounded number of streams in, in all and from each address.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class StreamAdmission(IOptions<StreamOptions> options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _perClient = [];
    private TaskCompletionSource? _drained;
    private int _admitted;

    /// <summary>Streams that are in.</summary>
    public int Admitted
    {
        get
        {
            lock (_lock) return _admitted;
        }
    }

    /// <summary>Lets a stream in. Disposing the result gives its place back; do so once.</summary>
    /// <param name="client">Address of the client.</param>
    /// <exception cref="StreamLimitException">All places are taken, or all of this client's.</exception>
    public IDisposable Enter(string client)
    {
        var limits = options.Value;
        lock (_lock)
        {
            if (_admitted >= limits.MaxConcurrent) throw Full(limits.MaxConcurrent, "", nameof(limits.MaxConcurrent));
            var own = _perClient.GetValueOrDefault(client);
            if (own >= limits.MaxPerClient) throw Full(limits.MaxPerClient, " from one address", nameof(limits.MaxPerClient));
            _admitted++;
            _perClient[client] = own + 1;
        }

        return new Place(this, client);
    }

    /// <summary>Ends when no stream is in.</summary>
    public Task DrainAsync()
    {
        lock (_lock)
        {
            if (_admitted == 0) return Task.CompletedTask;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    private static StreamLimitException Full(int limit, string whose, string setting) => new(
        StatusTable.TooManyStreams,
        $"At most {limit} streams{whose} are recognised at the same time ({StreamOptions.Section}:{setting}), and so many are. Try again later.");

    private void Leave(string client)
    {
        lock (_lock)
        {
            _admitted--;
            if (--_perClient[client] == 0) _perClient.Remove(client);
            if (_admitted > 0) return;
            _drained?.TrySetResult();
            _drained = null;
        }
    }

    private sealed class Place(StreamAdmission admission, string client) : IDisposable
    {
        public void Dispose() => admission.Leave(client);
    }
}
