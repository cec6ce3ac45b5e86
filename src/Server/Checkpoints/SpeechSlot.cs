using Attune.Adaptation;
using Attune.Server.Serving;

namespace Attune.Server.Checkpoints;

/// <summary>The place of the speech model.</summary>
internal sealed class SpeechSlot(ServingModel serving, ModelLoader models, CheckpointLoader loader, CheckpointGate gate, DomainCarrier carrier) : IModelSlot
{
    public string Name => models.Name;

    public string? Checkpoint => serving.Checkpoint;

    public IStagedModel Stage(string? id, CancellationToken cancellationToken)
    {
        var next = loader.Load(models, id);
        try
        {
            next.Recognizer.WarmUp(cancellationToken);
            return new Staged(serving, gate, carrier, next);
        }
        catch
        {
            next.Dispose();
            throw;
        }
    }

    private sealed class Staged(ServingModel serving, CheckpointGate gate, DomainCarrier carrier, LoadedModel next) : IStagedModel
    {
        public async Task<CheckpointVerdict> JudgeAsync(BackgroundThread thread, CancellationToken cancellationToken)
        {
            using var lease = serving.Lease();
            return await gate.JudgeAsync(lease.Model, next, thread, cancellationToken);
        }

        public async Task CarryAsync(BackgroundThread thread, CancellationToken cancellationToken)
        {
            using var lease = serving.Lease();
            await carrier.CarryAsync(lease.Model, next, thread, cancellationToken);
        }

        public SharedModel Swap() => serving.Swap(next);

        public Task SettleAsync(BackgroundThread thread, CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => next.Dispose();
    }
}
