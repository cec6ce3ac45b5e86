using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Attune.Recognition.Tests.Models.Hub;

/// <summary>What a server was asked.</summary>
internal sealed record HubRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>First byte that is wanted.</summary>
    public int From => Headers.TryGetValue("range", out var range)
        ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture)
        : 0;
}

/// <summary>What a server answers, honest or not.</summary>
internal sealed record HubReply(int Status, byte[] Body)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>Bytes of the body after which the connection is closed; null for all.</summary>
    public int? DropAfter { get; init; }
}

/// <summary>An HTTP server on a free port that answers as a test wants, down to the bytes. One request for each connection.</summary>
internal sealed class HubServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<HubRequest, HubReply> _answer;
    private readonly Lock _lock = new();
    private readonly List<HubRequest> _requests = [];

    public HubServer(Func<HubRequest, HubReply> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>What was asked so far, in order.</summary>
    public IReadOnlyList<HubRequest> Requests
    {
        get
        {
            lock (_lock) return [.. _requests];
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            await using var stream = client.GetStream();
            var request = await ReadAsync(stream);
            HubReply reply;
            lock (_lock)
            {
                _requests.Add(request);
                reply = _answer(request);
            }

            var head = new StringBuilder($"HTTP/1.1 {reply.Status} Test\r\nConnection: close\r\n");
            if (!reply.Headers.ContainsKey("Content-Length")) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {reply.Body.Length}\r\n");
            foreach (var (name, value) in reply.Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()));
            if (request.Method != "HEAD") await stream.WriteAsync(reply.Body.AsMemory(0, reply.DropAfter ?? reply.Body.Length));
        }
    }

    private static async Task<HubRequest> ReadAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var first = (await reader.ReadLineAsync())!.Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var line = await reader.ReadLineAsync(); !string.IsNullOrEmpty(line); line = await reader.ReadLineAsync())
            headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        return new HubRequest(first[0], first[1], headers);
    }
}
