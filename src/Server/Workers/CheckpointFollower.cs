using System.Threading.Channels;
using Attune.Server.Checkpoints;
using Attune.Server.State;

namespace Attune.Server.Workers;

/// <summary>Activates here what another replica activated: at once when it is told, and otherwise within seconds.</summary>
/// <remarks>What fails, such as a checkpoint that this replica's store does not have yet, is logged once and tried again.</remarks>
internal sealed partial class CheckpointFollower(
    CheckpointLoader loader, ModelSlots slots, CheckpointActivator activator, ActivationStore activations, TimeProvider time, ILogger<CheckpointFollower> logger)
    : BackgroundService
{
    /// <summary>Time after which the store is asked even if nobody said that something changed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, long> _failed = new(StringComparer.Ordinal); // version of the last failure, by place

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!loader.HasStore) return;
        var woken = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var subscription = await activations.SubscribeAsync(() => woken.Writer.TryWrite(true));
        while (true)
        {
            foreach (var slot in slots.All) await FollowAsync(slot, stoppingToken);
            try
            {
                await woken.Reader.WaitToReadAsync(stoppingToken).AsTask().WaitAsync(Patience, time, stoppingToken);
                woken.Reader.TryRead(out _);
            }
            catch (TimeoutException)
            {
                // It is asked anyway.
            }
        }
    }

    private async Task FollowAsync(IModelSlot slot, CancellationToken stoppingToken)
    {
        var version = 0L;
        try
        {
            var decided = await activations.ReadAsync(slot.Name, stoppingToken);
            version = decided.Version;
            await activator.FollowAsync(slot, decided, stoppingToken);
        }
        catch (StateUnavailableException)
        {
            // Told by the connection already.
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            if (_failed.GetValueOrDefault(slot.Name) != version) Log.Failed(logger, version, slot.Name, exception);
            _failed[slot.Name] = version;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Activation {Version} of '{Model}' cannot be followed yet")]
        public static partial void Failed(ILogger logger, long version, string model, Exception exception);
    }
}
