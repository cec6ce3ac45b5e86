using Attune.Adaptation;
using Attune.Server.Serving;
using Attune.Server.Text;

namespace Attune.Server.Checkpoints;

/// <summary>The places of the text models of the settings.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class TextSlots(TextModels models, CheckpointLoader loader, TextCheckpointGate gate, TextCarrier carrier)
{
    /// <summary>All of them, by name.</summary>
    public IEnumerable<IModelSlot> All => models.Names.Select(Find);

    /// <summary>The place of one.</summary>
    /// <exception cref="TextOffException">There is no model at all.</exception>
    /// <exception cref="TextModelNotFoundException">There is none of that name.</exception>
    public IModelSlot Find(string name)
    {
        var (source, current) = models.Find(name);
        return new Slot(this, source, current);
    }

    private Staged Stage(TextModelSource source, CurrentModel<ServedTextModel> current, string? id, CancellationToken cancellationToken)
    {
        var next = loader.Load(source, id);
        try
        {
            _ = next.Model.Sha256; // what domains have for it is stored under that
            next.WarmUp(cancellationToken);
            return new Staged(gate, carrier, current, next);
        }
        catch
        {
            next.Dispose();
            throw;
        }
    }

    private sealed class Slot(TextSlots slots, TextModelSource source, CurrentModel<ServedTextModel> current) : IModelSlot
    {
        public string Name => source.Name;

        public string? Checkpoint => current.Model.Checkpoint;

        public IStagedModel Stage(string? id, CancellationToken cancellationToken) =>
            slots.Stage(source, current, id, cancellationToken);
    }

    private sealed class Staged(TextCheckpointGate gate, TextCarrier carrier, CurrentModel<ServedTextModel> current, ServedTextModel next) : IStagedModel
    {
        private ServedTextModel? _old;

        public async Task<CheckpointVerdict> JudgeAsync(BackgroundThread thread, CancellationToken cancellationToken)
        {
            using var lease = new TextLease(current.Enter());
            return await thread.RunAsync(() => gate.Judge(lease.Model, next, cancellationToken), cancellationToken);
        }

        public async Task CarryAsync(BackgroundThread thread, CancellationToken cancellationToken)
        {
            using var lease = new TextLease(current.Enter());
            await carrier.CarryAsync(lease.Model, next, thread, cancellationToken);
        }

        public SharedModel Swap()
        {
            _old = current.Swap(next);
            _ = ForgetAsync(_old);
            return _old;
        }

        /// <summary>Examples that came between the carrying and the swap. Those that come to the old weights after it, their giver gives again.</summary>
        public Task SettleAsync(BackgroundThread thread, CancellationToken cancellationToken) => carrier.CarryAsync(_old!, next, thread, cancellationToken);

        public void Dispose() => next.Dispose();

        /// <summary>What domains had for a model goes with it.</summary>
        private async Task ForgetAsync(ServedTextModel old)
        {
            await old.Freed.ConfigureAwait(false);
            carrier.Freed(old);
        }
    }
}
