using Attune.Server;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;

namespace Attune.Fuzzing.Targets;

/// <summary>Every method of every service, over the network, on a server in this process. The first byte chooses the method, messages follow.</summary>
/// <remarks>A call must end in good time, and never with a status that means a fault of the server, unless its bytes are no message at all, which the framework answers.</remarks>
internal sealed class ServiceTarget : IDisposable
{
    /// <summary>Longest text of a status, in characters: far below the 8 KiB that many clients take in headers.</summary>
    private const int MaxDetail = 2_000;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    /// <summary>Of calls that have no end.</summary>
    private static readonly TimeSpan Watching = TimeSpan.FromMilliseconds(100);

    private static readonly Marshaller<byte[]> Raw = Marshallers.Create(bytes => bytes, bytes => bytes);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("attune-fuzzing-");
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;
    private readonly MethodDescriptor[] _methods =
    [
        .. V1.Speech.Descriptor.Methods, .. V1.Adaptation.Descriptor.Methods, .. V1.Checkpoints.Descriptor.Methods, .. Attune.Riva.Asr.RivaSpeechRecognition.Descriptor.Methods, .. V1.Text.Descriptor.Methods,
    ];

    public ServiceTarget()
    {
        _app = ServerHost.BuildAsync(
            [
                "--urls=http://127.0.0.1:0", "--State:Directory=none", "--Logging:LogLevel:Default=None", "--Logging:LogLevel:Grpc=None", "--Adaptation:Fast:Parameters=top-1", $"--Checkpoints:Folder={_folder.FullName}",
            ]).GetAwaiter().GetResult();
        _app.StartAsync().GetAwaiter().GetResult();
        _channel = GrpcChannel.ForAddress(_app.Urls.Single());
        Target = new FuzzTarget("services", Call, _ => false)
        {
            Rewrite = (bytes, random) => bytes.Length == 0 || Messages.Rewrite(bytes[1..], Method(bytes).InputType, random) is not { } rest ? null : [bytes[0], .. rest],
            MaxTime = TimeSpan.FromSeconds(10),
        };
    }

    public FuzzTarget Target { get; }

    public void Dispose()
    {
        _channel.Dispose();
        _app.StopAsync().GetAwaiter().GetResult();
        _app.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _folder.Delete(recursive: true);
    }

    private MethodDescriptor Method(byte[] bytes) => _methods[bytes[0] % _methods.Length];

    private string Call(byte[] bytes)
    {
        if (bytes.Length == 0) return "empty";
        var descriptor = Method(bytes);
        var messages = Messages.Split(bytes.AsMemory(1)).ToArray();
        if (messages.Length == 0) messages = [[]];
        try
        {
            return $"{descriptor.Name} {CallAsync(descriptor, messages).GetAwaiter().GetResult()}";
        }
        catch (RpcException exception) when (exception.StatusCode is not (StatusCode.Internal or StatusCode.Unknown))
        {
            return exception.Status.Detail.Length <= MaxDetail ? $"{descriptor.Name} {exception.StatusCode} {exception.Status.Detail}" : throw new InvalidOperationException(exception.Status.Detail);
        }
        catch (RpcException) when (messages.Any(message => !IsMessage(descriptor.InputType, message)))
        {
            return $"{descriptor.Name} no message";
        }
    }

    private static bool IsMessage(MessageDescriptor type, byte[] bytes)
    {
        try
        {
            type.Parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    private async Task<int> CallAsync(MethodDescriptor descriptor, byte[][] messages)
    {
        var type = descriptor switch
        {
            { IsClientStreaming: true } => MethodType.DuplexStreaming,
            { IsServerStreaming: true } => MethodType.ServerStreaming,
            _ => MethodType.Unary,
        };
        var method = new Method<byte[], byte[]>(type, descriptor.Service.FullName, descriptor.Name, Raw, Raw);
        var patience = descriptor.Name == nameof(V1.Adaptation.AdaptationClient.WatchEvents) ? Watching : Deadline;
        var options = new CallOptions(deadline: (TimeProvider.System.GetUtcNow() + patience).UtcDateTime);
        var invoker = _channel.CreateCallInvoker();
        if (type == MethodType.Unary)
        {
            using var unary = invoker.AsyncUnaryCall(method, null, options, messages[0]);
            return (await unary).Length > 0 ? 1 : 0;
        }

        if (type == MethodType.ServerStreaming)
        {
            using var server = invoker.AsyncServerStreamingCall(method, null, options, messages[0]);
            return await CountAsync(server.ResponseStream);
        }

        using var duplex = invoker.AsyncDuplexStreamingCall(method, null, options);
        var counting = CountAsync(duplex.ResponseStream);
        try
        {
            foreach (var message in messages) await duplex.RequestStream.WriteAsync(message);
            await duplex.RequestStream.CompleteAsync();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The server has answered already: the status counts.
        }

        return await counting;
    }

    private static async Task<int> CountAsync(IAsyncStreamReader<byte[]> responses)
    {
        var count = 0;
        while (await responses.MoveNext(CancellationToken.None)) count++;
        return Math.Min(count, 3);
    }
}
