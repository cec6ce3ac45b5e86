using Attune.Server.Domains;

namespace Attune.Server.Serving;

/// <summary>Holds the speech model that new requests get.</summary>
/// <remarks>Thread-safe. Disposal waits until the model is freed; requests have ended by then.</remarks>
/// <param name="initial">Owned from now on.</param>
internal sealed class ServingModel(LoadedModel initial) : IAsyncDisposable, IDisposable
{
    private readonly CurrentModel<LoadedModel> _current = new(initial);

    /// <summary>Id of the checkpoint that serves; null for the configured model.</summary>
    public string? Checkpoint => _current.Model.Checkpoint;

    /// <summary>Name of the configured model.</summary>
    public string ModelName { get; } = initial.Recognizer.Model.Name;

    /// <summary>Domains of the model that serves now.</summary>
    public ModelDomains Domains => _current.Model.Domains;

    /// <summary>The same, with what is cancelled when another model serves.</summary>
    public (ModelDomains Domains, CancellationToken Retired) Following
    {
        get
        {
            var model = _current.Model;
            return (model.Domains, model.Retired);
        }
    }

    /// <summary>Takes the model that serves now. Whoever takes it disposes the lease.</summary>
    public ModelLease Lease() => new(_current.Enter());

    /// <inheritdoc cref="CurrentModel{TModel}.Swap"/>
    public LoadedModel Swap(LoadedModel next) => _current.Swap(next);

    public ValueTask DisposeAsync() => _current.DisposeAsync();

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
