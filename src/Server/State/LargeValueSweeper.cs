namespace Attune.Server.State;

/// <summary>Deletes files of large values: those that were there at the start and that no key names, of a server that was killed, and then those that expire.</summary>
/// <remarks>Begins at once and ends when it is disposed. What cannot be deleted is logged and tried again.</remarks>
internal sealed partial class LargeValueSweeper : IAsyncDisposable
{
    private readonly StateConnection _connection;
    private readonly EmbeddedStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _disposing = new();
    private readonly Task _sweeping;

    /// <param name="connection">To the store.</param>
    /// <param name="store">Which has been started.</param>
    /// <param name="time">Clock of the pauses.</param>
    /// <param name="logger">Told what could not be deleted.</param>
    public LargeValueSweeper(StateConnection connection, EmbeddedStore store, TimeProvider time, ILogger logger)
    {
        _connection = connection;
        _store = store;
        _time = time;
        _logger = logger;
        _sweeping = SweepAsync(Directory.GetFiles(store.ValuesFolder));
    }

    /// <summary>Time between two looks for values that have expired.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromMinutes(1);

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        await _sweeping;
        _disposing.Dispose();
    }

    private async Task SweepAsync(string[] files)
    {
        await DeleteUnnamedAsync(files).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // it throws only when this is disposed
        using var timer = new PeriodicTimer(Interval, _time);
        do
        {
            try
            {
                LargeValues.DeleteExpired(_store.ValuesFolder, _connection.Now);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Log.SweepFailed(_logger, _store.ValuesFolder, exception);
            }
        }
        while (await WaitAsync(timer));
    }

    private async Task<bool> WaitAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_disposing.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task DeleteUnnamedAsync(string[] files)
    {
        try
        {
            if (files.Length == 0) return;
            var named = await _connection.RunAsync(
                async database =>
                {
                    var contents = new List<string>();
                    await foreach (var key in database.Multiplexer.GetServer(_store.EndPoint).KeysAsync(pattern: RedisKeys.AllLarge))
                        contents.Add((string?)await database.StringGetRangeAsync(key, 0, LargeValues.LongestMark) ?? "");
                    return contents;
                },
                _disposing.Token);
            LargeValues.Sweep(files, named);
        }
        catch (Exception exception) when (!_disposing.IsCancellationRequested)
        {
            Log.SweepFailed(_logger, _store.ValuesFolder, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7, LogLevel.Warning, "Files in {Folder} that no domain uses any more could not be deleted; it is tried again")]
        public static partial void SweepFailed(ILogger logger, string folder, Exception exception);
    }
}
