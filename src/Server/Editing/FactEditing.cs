using Attune.Adaptation;
using Attune.Adaptation.Checkpoints;
using Attune.Adaptation.Text.Editing;
using Attune.Recognition.Acoustic;
using Attune.Server.Checkpoints;
using Attune.Server.Serving;
using Attune.Text;
using Attune.Text.Models;

namespace Attune.Server.Editing;

/// <summary>An edit that was made.</summary>
/// <param name="Record">What it did.</param>
/// <param name="Checkpoint">The edited model.</param>
internal sealed record MadeEdit(EditRecord Record, Checkpoint Checkpoint);

/// <summary>Edits facts of text models beside everything that serves: one edit at a time, on one thread behind all others.</summary>
/// <remarks>Thread-safe. Disposal waits for the edit at work, which the stopping server has cancelled.</remarks>
internal sealed class FactEditing(CheckpointLoader checkpoints, RecognitionSettings settings) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly BackgroundThread _thread = new(Niceness.Making, settings.Threads.OnlyIdleCores);

    /// <summary>Edits facts, and puts the edited model into the store of checkpoints.</summary>
    /// <param name="model">The model; it goes on serving as it is.</param>
    /// <param name="edits">The facts.</param>
    /// <param name="layer">Whose matrix changes; null to find it.</param>
    /// <param name="prefixes">Sentences that the facts must hold after.</param>
    /// <param name="name">What to call the result.</param>
    /// <param name="progress">Told how many facts have their value, from the working thread.</param>
    /// <param name="cancellationToken">Ends the work between steps; nothing is left behind.</param>
    /// <exception cref="OverloadedException">An edit is at work.</exception>
    /// <exception cref="CheckpointException">Off.</exception>
    /// <exception cref="EditException">The facts cannot be edited.</exception>
    public async Task<MadeEdit> RunAsync(
        TextModel model, IReadOnlyList<FactEdit> edits, int? layer, int prefixes, string name, Action<int> progress, CancellationToken cancellationToken)
    {
        var store = checkpoints.Store;
        if (!_one.Wait(0, CancellationToken.None)) throw new OverloadedException("Facts are edited one call at a time, and one is at work. Try again later.");
        try
        {
            return await _thread.RunAsync(() => Edit(store, model, edits, layer, prefixes, name, progress, cancellationToken), cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose()
    {
        _thread.Dispose();
        _one.Dispose();
    }

    private static MadeEdit Edit(
        CheckpointStore store, TextModel served, IReadOnlyList<FactEdit> edits, int? layer, int prefixes, string name, Action<int> progress, CancellationToken cancellationToken)
    {
        // A session of its own on one thread: those that serve would lend their threads, which do not stand back.
        using var engine = new TextEngine(TextModel.Open(served.Folder), set: null, new OnnxOptions { Threads = 1 });
        using var editor = new FactEditor(engine.Model, new EditOptions());
        var texts = EditTexts.Write(engine, prefixes, EditTexts.OrdinaryCount, seed: 0, cancellationToken);
        var tensor = editor.Edit(edits, layer ?? editor.Locate(edits, cancellationToken), texts, progress, cancellationToken);
        var folder = store.NewIncoming();
        try
        {
            var record = EditedModelFolder.Write(engine.Model, editor.Network, tensor, edits, folder, name);
            cancellationToken.ThrowIfCancellationRequested();
            return new MadeEdit(record, store.Import(folder, name, $"edit of {edits.Count} facts"));
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }
}
