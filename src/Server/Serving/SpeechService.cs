using Attune.Server.Serving.Streaming;
using Grpc.Core;

namespace Attune.Server.Serving;

/// <summary>attune.v1.Speech. Exceptions are left to <see cref="StatusInterceptor"/>.</summary>
internal sealed class SpeechService(SpeechEngine engine, StreamRunner streams, RecognitionSettings settings)
    : V1.Speech.SpeechBase
{
    public override async Task<V1.RecognizeResponse> Recognize(V1.RecognizeRequest request, ServerCallContext context)
    {
        var job = RequestValidation.ToJob(request);
        var recording = await engine.RunAsync(job, context.CancellationToken);
        RequestSummary.Of(context).Add(recording);
        return Responses.ToResponse(recording, job.WordTimes);
    }

    public override Task StreamingRecognize(
        IAsyncStreamReader<V1.StreamingRecognizeRequest> requestStream,
        IServerStreamWriter<V1.StreamingRecognizeResponse> responseStream,
        ServerCallContext context)
    {
        var door = new SpeechStreamDoor(requestStream, responseStream, settings);
        return streams.RunAsync(door, RequestSummary.ClientOf(context), RequestSummary.Of(context), context.CancellationToken);
    }

    public override Task<V1.Model> GetModel(V1.GetModelRequest request, ServerCallContext context)
    {
        using var lease = engine.Lease();
        return Task.FromResult(Responses.ToModel(lease.Recognizer, settings));
    }
}
