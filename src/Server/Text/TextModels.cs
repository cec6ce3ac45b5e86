using Attune.Adaptation;
using Attune.Recognition.Models;
using Attune.Server.Checkpoints;
using Attune.Server.Configuration;
using Attune.Server.Serving;
using Microsoft.Extensions.Options;

namespace Attune.Server.Text;

/// <summary>The text models that serve, as the settings name them. What serves by a name may be swapped.</summary>
/// <remarks>Thread-safe. Disposed after the last request; waits until everything is freed.</remarks>
internal sealed class TextModels : IAsyncDisposable, IDisposable
{
    private readonly SortedDictionary<string, Place> _places = new(StringComparer.Ordinal);

    /// <summary>Opens all of them.</summary>
    /// <exception cref="ConfigurationException">Settings do not fit one.</exception>
    /// <exception cref="ModelException">One cannot be used.</exception>
    public TextModels(IOptions<TextOptions> options, TextModelOpener opener, CheckpointLoader loader)
    {
        try
        {
            foreach (var (name, folder) in options.Value.Models)
            {
                var source = new TextModelSource(name, folder, opener);
                _places.Add(name, new Place(source, source.Kind, new CurrentModel<ServedTextModel>(loader.LoadInitial(source))));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Their names, in order.</summary>
    public IReadOnlyCollection<string> Names => _places.Keys;

    /// <summary>What serves by a name, and may be swapped.</summary>
    /// <exception cref="TextOffException">There is no model at all.</exception>
    /// <exception cref="TextModelNotFoundException">There is none of that name.</exception>
    public (TextModelSource Source, CurrentModel<ServedTextModel> Current) Find(string name)
    {
        if (_places.Count == 0) throw new TextOffException();
        return _places.TryGetValue(name, out var place)
            ? (place.Source, place.Current)
            : throw new TextModelNotFoundException($"model must be one of {string.Join(", ", _places.Keys)}. Given: '{name}'.");
    }

    /// <summary>Takes the model of a name that serves now. The caller disposes the lease.</summary>
    /// <inheritdoc cref="Find"/>
    public TextLease Lease(string name) => new(Find(name).Current.Enter());

    /// <summary>Takes the model of a request. The caller disposes the lease.</summary>
    /// <param name="name">As it came; empty for the only one that fits.</param>
    /// <param name="kind">What the request needs; null for any.</param>
    /// <exception cref="TextOffException">There is no model at all.</exception>
    /// <exception cref="TextModelNotFoundException">There is none of that name.</exception>
    /// <exception cref="InvalidRequestException">No name is given, and there is more than one, or none, that fits.</exception>
    public TextLease Lease(string name, ModelKind? kind)
    {
        if (name.Length > 0 || _places.Count == 0) return Lease(name);
        string[] fitting = [.. _places.Where(place => kind is null || place.Value.Kind == kind).Select(place => place.Key)];
        if (fitting.Length == 1) return Lease(fitting[0]);
        var names = fitting.Length == 0 ? "and no model here does this" : $"and must be one of {string.Join(", ", fitting)}";
        throw new InvalidRequestException([new("model", $"model is not given, {names}.")]);
    }

    /// <summary>Runs each of them once, so that no caller pays for first times.</summary>
    public void WarmUp(CancellationToken cancellationToken)
    {
        foreach (var name in Names)
        {
            using var lease = Lease(name);
            lease.Model.WarmUp(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var place in _places.Values) await place.Current.DisposeAsync();
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <param name="Source">Loads what may serve here.</param>
    /// <param name="Kind">Of all that may.</param>
    /// <param name="Current">What does.</param>
    private sealed record Place(TextModelSource Source, ModelKind Kind, CurrentModel<ServedTextModel> Current);
}
