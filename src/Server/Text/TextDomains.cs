using System.Runtime.CompilerServices;
using Attune.Adaptation.Collapse;
using Attune.Adaptation.Text.Slow;
using Attune.Server.Domains;
using Attune.Server.State;
using Attune.Server.Telemetry;
using Microsoft.Extensions.Options;

namespace Attune.Server.Text;

/// <summary>What domains have learnt with text models, of each model that serves.</summary>
/// <remarks>Thread-safe. What belongs to a model goes with it.</remarks>
internal sealed class TextDomains(
    TextModels models, StateConnection connection, StateOptions state, IOptions<TextSlowOptions> options, TextChanges changes, ServerMetrics metrics, TimeProvider time,
    ILoggerFactory loggers)
{
    private readonly ConditionalWeakTable<ServedTextModel, TextModelDomains> _known = [];

    /// <summary>Domains in memory, of each model.</summary>
    public int Loaded => _known.Sum(known => known.Value.Catalogue.Count);

    /// <summary>Bytes that they take.</summary>
    public long Bytes => _known.Sum(known => known.Value.Catalogue.Bytes);

    /// <summary>The domains of a model.</summary>
    public TextModelDomains Of(ServedTextModel model) => _known.GetValue(model, Create);

    /// <summary>The domains of the model of a request.</summary>
    /// <param name="name">As it came.</param>
    /// <exception cref="TextOffException">There is no text model at all.</exception>
    /// <exception cref="TextModelNotFoundException">There is none of that name.</exception>
    public TextModelDomains Find(string name) => Of(models.Find(name).Current.Model);

    /// <summary>Where they are stored, and what is cancelled when other weights serve by that name.</summary>
    /// <inheritdoc cref="Find"/>
    public (ScopeStores Stores, CancellationToken Retired) Following(string name)
    {
        var model = models.Find(name).Current.Model;
        return (Of(model).Stores, model.Retired);
    }

    /// <summary>Forgets the domains of a model that serves nobody any more. What is stored of them stays.</summary>
    public void Forget(ServedTextModel model) => _known.Remove(model);

    /// <summary>Reads all domains in memory again.</summary>
    public Task RefreshAllAsync() => Task.WhenAll(_known.Select(known => known.Value.Catalogue.RefreshAllAsync()));

    /// <summary>What keeps the domains of a model in memory as they are in the store.</summary>
    public DomainFollower CreateFollower(ServedTextModel model) =>
        new(Of(model).Stores, Of(model).Catalogue, changes.Changed, time, loggers.CreateLogger<DomainFollower>());

    private TextModelDomains Create(ServedTextModel model)
    {
        var set = model.Engine.Set!;
        var scope = new StateScope(RedisKeys.For(model.Model, set), model.Model.Sha256, set, model.Engine.Source!.Layout, options.Value.ExamplesPerUpdate);
        var reader = new DomainReader(new ScopeStores(connection, scope, state, time, Changed), time, loggers.CreateLogger<DomainReader>());
        var catalogue = new DomainCatalogue(
            reader, connection, state, keepsNeighbours: false, () => new CollapseDetector(new CollapseOptions(), time), time, loggers.CreateLogger<DomainCatalogue>());
        return new TextModelDomains(reader, catalogue, time);
    }

    private void Changed(DomainEvent change)
    {
        metrics.Changed(change);
        changes.Changed(change);
    }
}
