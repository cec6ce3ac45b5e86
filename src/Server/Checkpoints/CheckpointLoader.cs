using System.Collections.Concurrent;
using Attune.Adaptation;
using Attune.Adaptation.Checkpoints;
using Attune.Recognition.Models;
using Attune.Server.Configuration;
using Attune.Server.Serving;
using Microsoft.Extensions.Options;

namespace Attune.Server.Checkpoints;

/// <summary>Loads what is to serve: checkpoints of the server's store, if the settings name one, and configured models.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed partial class CheckpointLoader(IOptions<CheckpointOptions> options, TimeProvider time, ILogger<CheckpointLoader> logger) : IDisposable
{
    /// <summary>What messages call the model that is no checkpoint.</summary>
    public const string Configured = "the configured model";

    private readonly CheckpointStore? _store = options.Value.Folder.Length > 0 ? new CheckpointStore(options.Value.Folder, time) : null;
    private readonly ConcurrentDictionary<string, long> _initialVersions = new(StringComparer.Ordinal);

    /// <summary>Whether there is a store.</summary>
    public bool HasStore => _store is not null;

    /// <summary>The store.</summary>
    /// <exception cref="CheckpointException">Off.</exception>
    public CheckpointStore Store => _store ?? throw new CheckpointException(
        CheckpointError.Off, $"This server keeps no checkpoints. Start it with {CheckpointOptions.Section}:{nameof(CheckpointOptions.Folder)}.");

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Version of the activation that the server started with in a place.</summary>
    /// <param name="model">Name of a text model; empty for the speech model.</param>
    public long InitialVersion(string model) => _initialVersions.GetValueOrDefault(model);

    /// <summary>What serves after a start: the checkpoint that was active, else the one before it, else the configured model.</summary>
    /// <remarks>A checkpoint whose files were changed, or that cannot be used with these settings, is not loaded; the log says so.</remarks>
    /// <exception cref="ConfigurationException">The settings do not fit the configured model.</exception>
    /// <exception cref="ModelException">The configured model cannot be used.</exception>
    public TModel LoadInitial<TModel>(IModelSource<TModel> source)
        where TModel : SharedModel
    {
        var active = _store?.ActiveOf(source.Name) ?? CheckpointActivation.None;
        _initialVersions[source.Name] = active.Version;
        foreach (var id in new[] { active.Active, active.Previous })
        {
            if (id is null) break;
            try
            {
                return Load(source, id);
            }
            catch (CheckpointException exception)
            {
                Log.Refused(logger, id, exception.Message);
            }
        }

        return source.LoadConfigured();
    }

    /// <summary>Loads a checkpoint after every byte of it was verified. The caller owns it.</summary>
    /// <param name="source">Where it is to serve.</param>
    /// <param name="id">Full id; null for the configured model.</param>
    /// <exception cref="CheckpointException">NotFound, Damaged, WrongKind, Invalid or Off.</exception>
    public TModel Load<TModel>(IModelSource<TModel> source, string? id)
        where TModel : SharedModel
    {
        try
        {
            if (id is null) return source.LoadConfigured();
            var folder = Store.Verify(id);
            CheckKind(id, AnyModel.KindOf(folder), source.Kind, source.Name);
            return source.Load(folder, id);
        }
        catch (Exception exception) when (exception is ModelException or ConfigurationException)
        {
            throw new CheckpointException(CheckpointError.Invalid, exception.Message, exception);
        }
    }

    public void Dispose() => _store?.Dispose();

    private static void CheckKind(string id, ModelKind given, ModelKind wanted, string name)
    {
        if (given == wanted) return;
        var place = name.Length > 0 ? $"the text model {name}, which is {Describe(wanted)}" : "the speech model";
        var advice = given == ModelKind.Speech ? "Activate it without naming a text model" : "Name the text model that it is for (model)";
        throw new CheckpointException(
            CheckpointError.WrongKind, $"Checkpoint {id} is {Describe(given)}, and cannot serve in place of {place}. {advice}, or choose another checkpoint: List tells their kinds.");
    }

    private static string Describe(ModelKind kind) => kind switch
    {
        ModelKind.CausalText => "a causal text model (GPT-2)",
        ModelKind.TextClassifier => "a text classifier (BERT)",
        _ => "a speech model",
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Checkpoint {Checkpoint} is not loaded: {Reason}")]
        public static partial void Refused(ILogger logger, string checkpoint, string reason);
    }
}
