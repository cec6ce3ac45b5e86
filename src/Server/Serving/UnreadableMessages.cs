using System.Buffers;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;

namespace Attune.Server.Serving;

/// <summary>Binds a service's methods so that bytes that are no message of theirs reach <see cref="StatusInterceptor"/>.</summary>
/// <remarks>
/// The framework reads the one message of a call before it asks any interceptor. Where that fails it answers with UNKNOWN, without details, and writes an
/// error with a stack trace to the log: anybody could fill the log. So such bytes become an empty message that is remembered as <see cref="Find">unreadable</see>.
/// Messages of a client's stream are read within the interceptors, and need none of this. Services name their own binding by
/// <see cref="BindServiceMethodAttribute"/>, and beside it the descriptor, which the door for JSON looks for there.
/// </remarks>
/// <param name="inner">What the framework binds with.</param>
internal sealed class UnreadableMessages(ServiceBinderBase inner) : ServiceBinderBase
{
    private static readonly ConditionalWeakTable<object, InvalidProtocolBufferException> Known = [];

    /// <summary>Why a request could not be read; null if it could.</summary>
    public static InvalidProtocolBufferException? Find(object request) => Known.TryGetValue(request, out var exception) ? exception : null;

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        inner.AddMethod(Remembering(method), handler);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        inner.AddMethod(Remembering(method), handler);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        inner.AddMethod(method, handler);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
        inner.AddMethod(method, handler);

    private static Method<TRequest, TResponse> Remembering<TRequest, TResponse>(Method<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class
    {
        var marshaller = method.RequestMarshaller;
        return new(method.Type, method.ServiceName, method.Name, Marshallers.Create(marshaller.ContextualSerializer, Read), method.ResponseMarshaller);

        TRequest Read(DeserializationContext context)
        {
            try
            {
                return marshaller.ContextualDeserializer(context);
            }
            catch (InvalidProtocolBufferException exception)
            {
                var request = marshaller.ContextualDeserializer(new NoBytes());
                Known.Add(request, exception);
                return request;
            }
        }
    }

    private sealed class NoBytes : DeserializationContext
    {
        public override int PayloadLength => 0;

        public override byte[] PayloadAsNewBuffer() => [];

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => ReadOnlySequence<byte>.Empty;
    }
}
