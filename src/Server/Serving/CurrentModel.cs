namespace Attune.Server.Serving;

/// <summary>Holds the model that new requests get in one place. A swap is one reference; the old model is freed after its last user.</summary>
/// <remarks>Thread-safe. Disposal waits until the model is freed; requests have ended by then.</remarks>
/// <param name="initial">Owned from now on.</param>
internal sealed class CurrentModel<TModel>(TModel initial) : IAsyncDisposable
    where TModel : SharedModel
{
    private TModel _current = initial;

    /// <summary>The model, for what holds no native memory of it: it may be swapped and freed at any moment.</summary>
    public TModel Model => Volatile.Read(ref _current);

    /// <summary>Takes the model that serves now. The caller leaves it.</summary>
    public TModel Enter()
    {
        while (true)
        {
            var model = Volatile.Read(ref _current);
            if (model.TryEnter()) return model;
            // It was swapped and freed between the two lines: the next one is there.
        }
    }

    /// <summary>Has another model serve new requests.</summary>
    /// <param name="next">Warmed up; owned from now on.</param>
    /// <returns>The old one, which is freed when its users leave.</returns>
    public TModel Swap(TModel next)
    {
        var old = Interlocked.Exchange(ref _current, next);
        old.Dispose();
        return old;
    }

    public async ValueTask DisposeAsync()
    {
        var model = Volatile.Read(ref _current);
        model.Dispose();
        await model.Freed;
    }
}
