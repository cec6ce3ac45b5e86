using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Attune.Server.Tests.Serving.Streaming;

/// <summary>Stands between a client and a server, and notes the HTTP/2 frames that the server sends (RFC 9113, section 4.1).</summary>
internal sealed class FrameLog : IAsyncDisposable
{
    public const byte GoAway = 7;

    private const int HeaderBytes = 9;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _relay;

    public FrameLog(Uri server)
    {
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _relay = RelayAsync(server);
    }

    /// <summary>What the client connects to; once.</summary>
    public Uri Address { get; }

    /// <summary>Types of the server's frames, in order; for <see cref="GoAway"/> with the last stream that it still answers. Complete when <see cref="EndAsync"/> has ended.</summary>
    public List<(byte Type, int LastStream)> Frames { get; } = [];

    /// <summary>Ends when the server has closed the connection.</summary>
    public Task EndAsync() => _relay;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _relay.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task RelayAsync(Uri server)
    {
        using var client = await _listener.AcceptTcpClientAsync();
        using var upstream = new TcpClient();
        await upstream.ConnectAsync(server.Host, server.Port);
        var forward = ForwardAsync(client.GetStream(), upstream);
        await ReadFramesAsync(upstream.GetStream(), client.GetStream());
        client.Close();
        await forward.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private static async Task ForwardAsync(NetworkStream from, TcpClient to)
    {
        await from.CopyToAsync(to.GetStream());
        to.Client.Shutdown(SocketShutdown.Send);
    }

    private async Task ReadFramesAsync(NetworkStream from, NetworkStream to)
    {
        var header = new byte[HeaderBytes];
        var isOpen = true;
        while (await from.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false) == HeaderBytes)
        {
            var payload = new byte[(header[0] << 16) | (header[1] << 8) | header[2]];
            await from.ReadExactlyAsync(payload);
            Frames.Add((header[3], header[3] == GoAway ? BinaryPrimitives.ReadInt32BigEndian(payload) & int.MaxValue : 0));
            isOpen = isOpen && await TryWriteAsync(to, header, payload);
        }
    }

    /// <summary>False if the client has left, as it may on the first of two GOAWAY frames; what the server sends then is noted all the same.</summary>
    private static async Task<bool> TryWriteAsync(NetworkStream to, byte[] header, byte[] payload)
    {
        try
        {
            await to.WriteAsync(header);
            await to.WriteAsync(payload);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
