using Attune.Adaptation;

namespace Attune.Server.Serving;

/// <summary>A model with everything that works with it. Freed when its last user is gone.</summary>
/// <remarks>Thread-safe. Whoever makes it is its first user, and disposes it.</remarks>
internal abstract class SharedModel : IDisposable
{
    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _retiring = new();
    private int _users = 1;

    /// <param name="checkpoint">Id of the checkpoint; null for the configured model.</param>
    protected SharedModel(string? checkpoint)
    {
        Checkpoint = checkpoint;
        Retired = _retiring.Token;
    }

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

    /// <summary>Disposes what it owns. Nobody uses it any more.</summary>
    protected abstract void Release();

    private void Free()
    {
        try
        {
            Release();
            _retiring.Dispose();
            TorchRuntime.ReturnFreedMemoryIfGrown(); // the next one may take it; the thread that made its successor returns it once it has nothing to do
        }
        finally
        {
            _freed.SetResult();
        }
    }
}
