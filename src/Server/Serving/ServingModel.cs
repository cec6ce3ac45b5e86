using Attune.Server.Domains;

namespace Attune.Server.Serving;

/// <summary>Holds the model that new requests get. A swap is one reference; the old model is freed after its last lease.</summary>
/// <remarks>Thread-safe. Disposal waits until everything is freed; requests have ended by then.</remarks>
/// <param name="initial">Owned from now on.</param>
internal sealed class ServingModel(LoadedModel initial) : IAsyncDisposable, IDisposable
{
    private LoadedModel _current = initial;

    /// <summary>Id of the checkpoint that serves; null for the configured model.</summary>
    public string? Checkpoint => Volatile.Read(ref _current).Checkpoint;

    /// <summary>Name of the configured model.</summary>
    public string ModelName { get; } = initial.Recognizer.Model.Name;

    /// <summary>Domains of the model that serves now.</summary>
    public ModelDomains Domains => Volatile.Read(ref _current).Domains;

    /// <summary>The same, with what is cancelled when another model serves.</summary>
    public (ModelDomains Domains, CancellationToken Retired) Following
    {
        get
        {
            var model = Volatile.Read(ref _current);
            return (model.Domains, model.Retired);
        }
    }

    /// <summary>Takes the model that serves now. Whoever takes it disposes the lease.</summary>
    public ModelLease Lease()
    {
        while (true)
        {
            var model = Volatile.Read(ref _current);
            if (model.TryEnter()) return new ModelLease(model);
            // It was swapped and freed between the two lines: the next one is there.
        }
    }

    /// <summary>Has another model serve new requests.</summary>
    /// <param name="next">Warmed up; owned from now on.</param>
    /// <returns>The old one, which is freed when its leases end.</returns>
    public LoadedModel Swap(LoadedModel next)
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

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
