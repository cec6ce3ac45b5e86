using Attune.Adaptation.Checkpoints;
using Attune.Recognition.Models;
using Attune.Server.Configuration;
using Attune.Server.Serving;
using Microsoft.Extensions.Options;

namespace Attune.Server.Checkpoints;

/// <summary>Loads what is to serve: checkpoints of the server's store, if the settings name one, and the configured model.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed partial class CheckpointLoader(ModelLoader models, IOptions<CheckpointOptions> options, TimeProvider time, ILogger<CheckpointLoader> logger)
    : IDisposable
{
    /// <summary>What messages call the model that is no checkpoint.</summary>
    public const string Configured = "the configured model";

    private readonly CheckpointStore? _store = options.Value.Folder.Length > 0 ? new CheckpointStore(options.Value.Folder, time) : null;

    /// <summary>Whether there is a store.</summary>
    public bool HasStore => _store is not null;

    /// <summary>The store.</summary>
    /// <exception cref="CheckpointException">Off.</exception>
    public CheckpointStore Store => _store ?? throw new CheckpointException(
        CheckpointError.Off, $"This server keeps no checkpoints. Start it with {CheckpointOptions.Section}:{nameof(CheckpointOptions.Folder)}.");

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Version of the activation that the server started with.</summary>
    public long InitialVersion { get; private set; }

    /// <summary>What serves after a start: the checkpoint that was active, else the one before it, else the configured model.</summary>
    /// <remarks>A checkpoint whose files were changed, or that cannot be used with these settings, is not loaded; the log says so.</remarks>
    /// <exception cref="ConfigurationException">The settings do not fit the configured model.</exception>
    /// <exception cref="ModelException">The configured model cannot be used.</exception>
    public LoadedModel LoadInitial()
    {
        var active = _store?.Active ?? CheckpointActivation.None;
        InitialVersion = active.Version;
        foreach (var id in new[] { active.Active, active.Previous })
        {
            if (id is null) break;
            try
            {
                return Load(id);
            }
            catch (CheckpointException exception)
            {
                Log.Refused(logger, id, exception.Message);
            }
        }

        return models.LoadConfigured();
    }

    /// <summary>Loads a checkpoint after every byte of it was verified. The caller owns it.</summary>
    /// <param name="id">Full id; null for the configured model.</param>
    /// <exception cref="CheckpointException">NotFound, Damaged, Invalid or Off.</exception>
    public LoadedModel Load(string? id)
    {
        try
        {
            return id is null ? models.LoadConfigured() : models.Load(Store.Verify(id), id);
        }
        catch (Exception exception) when (exception is ModelException or ConfigurationException)
        {
            throw new CheckpointException(CheckpointError.Invalid, exception.Message, exception);
        }
    }

    public void Dispose() => _store?.Dispose();

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Checkpoint {Checkpoint} is not loaded: {Reason}")]
        public static partial void Refused(ILogger logger, string checkpoint, string reason);
    }
}
