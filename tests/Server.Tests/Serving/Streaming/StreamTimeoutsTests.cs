using Attune.Server.Serving;
using Attune.Server.Serving.Streaming;

namespace Attune.Server.Tests.Serving.Streaming;

public sealed class StreamTimeoutsTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly StreamTimeouts _timeouts;

    public StreamTimeoutsTests() => _timeouts = new StreamTimeouts(
        new StreamOptions { IdleTimeout = TimeSpan.FromSeconds(10), MaxDuration = TimeSpan.FromSeconds(25), WriteTimeout = TimeSpan.FromSeconds(5) },
        _clock,
        _stopping.Token);

    [Fact]
    public async Task WaitAsync_NoMessage_IsIdle()
    {
        var waiting = _timeouts.WaitAsync(new TaskCompletionSource<int>().Task, CancellationToken.None);

        _clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.2));

        Assert.Equal("STREAM_IDLE", (await Assert.ThrowsAsync<StreamLimitException>(() => waiting)).Row.Label);
    }

    [Fact]
    public async Task WaitAsync_MessagesInTime_KeepTheStreamUntilItIsTooLong()
    {
        for (var i = 0; i < 2; i++)
        {
            var message = new TaskCompletionSource<int>();
            var waiting = _timeouts.WaitAsync(message.Task, CancellationToken.None);
            _clock.Advance(TimeSpan.FromSeconds(9));
            message.SetResult(i);
            Assert.Equal(i, await waiting);
        }

        var last = _timeouts.WaitAsync(new TaskCompletionSource<int>().Task, CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(7.1));

        Assert.Equal("STREAM_TOO_LONG", (await Assert.ThrowsAsync<StreamLimitException>(() => last)).Row.Label);
        await Assert.ThrowsAsync<StreamLimitException>(() => _timeouts.WaitAsync(Task.FromResult(1), CancellationToken.None));
    }

    [Fact]
    public async Task WaitAsync_ServerStops_SaysSo()
    {
        var waiting = _timeouts.WaitAsync(new TaskCompletionSource<int>().Task, CancellationToken.None);

        await _stopping.CancelAsync();

        await Assert.ThrowsAsync<StoppingException>(() => waiting);
    }

    [Fact]
    public async Task WaitAsync_ClientResetsTheStream_IsItsLeaving()
    {
        var waiting = _timeouts.WaitAsync(Task.FromException<int>(new IOException("The client reset the request stream.")), CancellationToken.None);

        var exception = await Assert.ThrowsAsync<ClientGoneException>(() => waiting);

        Assert.Equal(StatusTable.Cancelled, StatusTable.Of(exception)); // no fault of the server, and so no error in its log
    }

    [Fact]
    public async Task SendAsync_ClientDoesNotRead_IsASlowReader()
    {
        var sending = _timeouts.SendAsync(token => Task.Delay(Timeout.Infinite, token), CancellationToken.None);

        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("SLOW_READER", (await Assert.ThrowsAsync<StreamLimitException>(() => sending)).Row.Label);
    }

    public void Dispose() => _stopping.Dispose();
}
