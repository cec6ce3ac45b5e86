namespace Attune.Server.Tests;

/// <summary>The system's clock, whose reading can be held on adaptation threads, and with it the requests that adapt.</summary>
internal sealed class HoldingClock : TimeProvider, IDisposable
{
    private readonly ManualResetEventSlim _open = new(initialState: true);
    private TaskCompletionSource _held = NewSource();

    /// <summary>Ends when the first request is held.</summary>
    public Task Held => _held.Task;

    /// <summary>Holds requests until the result is disposed.</summary>
    public IDisposable Hold()
    {
        _held = NewSource();
        _open.Reset();
        return new Release(_open);
    }

    public override long GetTimestamp()
    {
        if (!_open.IsSet && Thread.CurrentThread.Name?.StartsWith("adaptation-", StringComparison.Ordinal) == true)
        {
            _held.TrySetResult();
            _open.Wait();
        }

        return base.GetTimestamp();
    }

    public void Dispose() => _open.Dispose();

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Release(ManualResetEventSlim open) : IDisposable
    {
        public void Dispose() => open.Set();
    }
}
