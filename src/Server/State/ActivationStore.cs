using System.Text.Json;
using Attune.Adaptation.Checkpoints;
using StackExchange.Redis;

namespace Attune.Server.State;

/// <summary>Which checkpoint serves in the place of each model, for all replicas.</summary>
/// <remarks>Thread-safe. All methods throw <see cref="StateUnavailableException"/>.</remarks>
internal sealed class ActivationStore(StateConnection connection)
{
    /// <summary>The latest activation; <see cref="CheckpointActivation.None"/> if there was none.</summary>
    /// <param name="model">Name of a text model; empty for the speech model.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="JsonException">What is stored is no activation.</exception>
    public async Task<CheckpointActivation> ReadAsync(string model, CancellationToken cancellationToken)
    {
        var entries = await connection.RunAsync(database => database.HashGetAsync(RedisKeys.Activation(model), ["version", "activation"]), cancellationToken);
        return entries[1].IsNull
            ? CheckpointActivation.None with { Model = model }
            : JsonSerializer.Deserialize<CheckpointActivation>((string)entries[1]!, StateJson.Options)! with { Version = (long)entries[0] };
    }

    /// <summary>Has every replica activate a checkpoint.</summary>
    /// <param name="activation">Its version is the latest that is known here; the one that it gets is higher.</param>
    /// <param name="cancellationToken">Ends the wait; what was sent may still be done.</param>
    /// <returns>It, with its version.</returns>
    public async Task<CheckpointActivation> WriteAsync(CheckpointActivation activation, CancellationToken cancellationToken)
    {
        RedisValue[] values =
        [
            Guid.NewGuid().ToString("N"), activation.Version, JsonSerializer.Serialize(activation, StateJson.Options), RedisKeys.ActivationChannel.ToString(),
        ];
        var version = (long)await connection.WriteAsync(
            database => database.ScriptEvaluateAsync(StateScripts.Activate, [RedisKeys.Activation(activation.Model)], values), cancellationToken);
        return activation with { Version = version };
    }

    /// <summary>Calls back whenever an activation was written. Messages may get lost. Disposing what it returns ends that.</summary>
    public Task<IDisposable> SubscribeAsync(Action handler) => connection.SubscribeAsync(RedisKeys.ActivationChannel, handler);
}
