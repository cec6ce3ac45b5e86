using Attune.Adaptation;
using Grpc.Core;

namespace Attune.Server.Serving;

/// <summary>attune.v1.Speech. Exceptions are left to <see cref="StatusInterceptor"/>.</summary>
internal sealed class SpeechService(SpeechEngine engine, AdaptiveRecognizer recognizer, RecognitionSettings settings) : V1.Speech.SpeechBase
{
    public override async Task<V1.RecognizeResponse> Recognize(V1.RecognizeRequest request, ServerCallContext context)
    {
        var job = RequestValidation.ToJob(request);
        var recording = await engine.RunAsync(job, context.CancellationToken);
        RequestSummary.Of(context).Add(recording);
        return Responses.ToResponse(recording, job.WordTimes);
    }

    public override Task<V1.Model> GetModel(V1.GetModelRequest request, ServerCallContext context) =>
        Task.FromResult(Responses.ToModel(recognizer, settings));
}
