using Attune.Server.Access;
using Attune.Server.Serving.Streaming;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Attune.Server.Serving;

/// <summary>attune.v1.Speech. Exceptions are left to <see cref="StatusInterceptor"/>.</summary>
[BindServiceMethod(typeof(SpeechService), nameof(BindService))]
internal sealed class SpeechService(SpeechEngine engine, StreamRunner streams, ServerLoad load, RecognitionSettings settings)
    : V1.Speech.SpeechBase
{
    /// <summary>Where the framework looks for what the service is, beside its binding.</summary>
    public static ServiceDescriptor Descriptor => V1.Speech.Descriptor;

    /// <summary>Binds the methods, for the framework.</summary>
    /// <param name="binder">Takes them.</param>
    /// <param name="service">Null: the framework makes one for each call.</param>
    public static void BindService(ServiceBinderBase binder, V1.Speech.SpeechBase? service) => V1.Speech.BindService(new UnreadableMessages(binder), service);

    [Authorize(Policy.Recognise)]
    public override async Task<V1.RecognizeResponse> Recognize(V1.RecognizeRequest request, ServerCallContext context)
    {
        var summary = RequestSummary.Of(context);
        var job = RequestValidation.ToJob(request, summary.Caller.Tenant);
        var recording = await engine.RunAsync(job, summary.Caller, context.CancellationToken);
        summary.Add(recording);
        return Responses.ToResponse(recording, job.WordTimes);
    }

    [Authorize(Policy.Recognise)]
    public override Task StreamingRecognize(
        IAsyncStreamReader<V1.StreamingRecognizeRequest> requestStream,
        IServerStreamWriter<V1.StreamingRecognizeResponse> responseStream,
        ServerCallContext context)
    {
        var summary = RequestSummary.Of(context);
        var door = new SpeechStreamDoor(requestStream, responseStream, summary.Caller.Tenant, settings);
        return streams.RunAsync(door, RequestSummary.ClientOf(context), summary, context.CancellationToken);
    }

    [Authorize(Policy.Recognise)]
    public override Task<V1.Model> GetModel(V1.GetModelRequest request, ServerCallContext context)
    {
        using var lease = engine.Lease();
        return Task.FromResult(Responses.ToModel(lease.Recognizer, settings));
    }

    [Authorize(Policy.Recognise)]
    public override Task<V1.Load> GetLoad(V1.GetLoadRequest request, ServerCallContext context) => Task.FromResult(load.Read());
}
