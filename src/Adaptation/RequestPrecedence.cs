namespace Attune.Adaptation;

/// <summary>Lets work that nobody waits for stand back while requests are recognised.</summary>
/// <remarks>
/// Low priority alone does not do it: forward passes of either compute on the same threads of ONNX Runtime, and caches are shared. So slow updates and their gate ask between utterances. They
/// wait no longer than <see cref="Longest"/> each time, so that a server that never rests learns slowly, and not never. Thread-safe.
/// </remarks>
public sealed class RequestPrecedence
{
    /// <summary>Longest time that one piece of work stands back.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    private readonly object _gate = new();
    private readonly TimeSpan _longest;
    private int _atWork;

    public RequestPrecedence()
        : this(Longest)
    {
    }

    internal RequestPrecedence(TimeSpan longest) => _longest = longest;

    /// <summary>A request is at work, until the result is disposed.</summary>
    public IDisposable Begin()
    {
        lock (_gate) _atWork++;
        return new Request(this);
    }

    /// <summary>Waits until no request is at work, but no longer than <see cref="Longest"/>.</summary>
    /// <param name="cancellationToken">Honoured at the beginning and at the end.</param>
    public void GiveWay(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            // Woken when the last one ends; if the next has begun by then, that one is not waited for.
            if (_atWork > 0) Monitor.Wait(_gate, _longest);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private void End()
    {
        lock (_gate)
        {
            if (--_atWork == 0) Monitor.PulseAll(_gate);
        }
    }

    private sealed class Request(RequestPrecedence precedence) : IDisposable
    {
        private RequestPrecedence? _precedence = precedence;

        public void Dispose() => Interlocked.Exchange(ref _precedence, null)?.End();
    }
}
