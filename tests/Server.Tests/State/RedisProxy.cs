using System.Net;
using System.Net.Sockets;

namespace Attune.Server.Tests.State;

/// <summary>The network between a server and its Redis, which can be slow and can be cut.</summary>
/// <remarks>What is sent while it is cut waits, as on a line whose packets get lost: nobody is told that the other side is away.</remarks>
internal sealed class RedisProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _disposing = new();
    private readonly int _port;
    private TaskCompletionSource _open = NewSource(isOpen: true);

    /// <param name="redis">Host and port.</param>
    public RedisProxy(string redis)
    {
        _port = int.Parse(redis.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>For <see cref="Attune.Server.State.StateOptions.Redis"/>.</summary>
    public string ConnectionString => _listener.LocalEndpoint.ToString()!;

    /// <summary>Time that everything takes, in each direction.</summary>
    public TimeSpan Delay { get; set; }

    public void Cut() => _open = NewSource(isOpen: false);

    public void Heal() => _open.TrySetResult();

    public void Dispose()
    {
        Heal();
        _disposing.Cancel();
        _listener.Dispose();
    }

    private static TaskCompletionSource NewSource(bool isOpen)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (isOpen) source.SetResult();
        return source;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ConnectAsync(await _listener.AcceptTcpClientAsync(_disposing.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ConnectAsync(TcpClient client)
    {
        using var left = client;
        using var right = new TcpClient();
        try
        {
            await right.ConnectAsync(IPAddress.Loopback, _port, _disposing.Token);
            await Task.WhenAny(PumpAsync(left.GetStream(), right.GetStream()), PumpAsync(right.GetStream(), left.GetStream()));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // Either side is gone.
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[1 << 16];
        try
        {
            for (int read; (read = await from.ReadAsync(buffer, _disposing.Token)) > 0;)
            {
                if (Delay > TimeSpan.Zero) await Task.Delay(Delay, _disposing.Token);
                await _open.Task;
                await to.WriteAsync(buffer.AsMemory(0, read), _disposing.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Either side is gone.
        }
    }
}
