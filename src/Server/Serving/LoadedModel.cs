using Attune.Adaptation;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;
using Attune.Server.Domains;

namespace Attune.Server.Serving;

/// <summary>A model with everything that recognises with it: session, network, domains. Freed when its last user is gone.</summary>
/// <remarks>Thread-safe. Whoever makes it is its first user, and disposes it.</remarks>
internal sealed class LoadedModel : IDisposable
{
    private readonly Model _model;
    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _retiring = new();
    private int _users = 1;

    /// <param name="model">Owned.</param>
    /// <param name="recognizer">Owned.</param>
    /// <param name="decoders">What makes decoders for its requests.</param>
    /// <param name="domains">What its domains learnt.</param>
    /// <param name="checkpoint">Id of the checkpoint; null for the configured model.</param>
    public LoadedModel(Model model, AdaptiveRecognizer recognizer, BeamDecoders decoders, ModelDomains domains, string? checkpoint)
    {
        _model = model;
        Recognizer = recognizer;
        Decoders = decoders;
        Domains = domains;
        Checkpoint = checkpoint;
        Retired = _retiring.Token;
    }

    public AdaptiveRecognizer Recognizer { get; }

    public BeamDecoders Decoders { get; }

    public ModelDomains Domains { get; }

    /// <summary>Id of the checkpoint; null for the configured model.</summary>
    public string? Checkpoint { get; }

    /// <summary>Cancelled when another model serves.</summary>
    public CancellationToken Retired { get; }

    /// <summary>Ends when its memory is given back.</summary>
    public Task Freed => _freed.Task;

    /// <summary>Adds a user; false if the last one is gone already.</summary>
    public bool TryEnter()
    {
        for (var users = Volatile.Read(ref _users); users > 0; users = Volatile.Read(ref _users))
        {
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users) return true;
        }

        return false;
    }

    /// <summary>Removes a user. The last one does not wait for the memory: it is given back on another thread.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0) _ = Task.Run(Free);
    }

    /// <summary>Removes the first user, whoever works in the background being told to end. Others go on until they leave.</summary>
    public void Dispose()
    {
        _retiring.Cancel();
        Leave();
    }

    private void Free()
    {
        try
        {
            Recognizer.Dispose();
            _model.Dispose();
            _retiring.Dispose();
            TorchRuntime.ReturnFreedMemory();
        }
        finally
        {
            _freed.SetResult();
        }
    }
}
