using Grpc.Core;

namespace Attune.Server.Serving.Streaming;

/// <summary>attune.v1.Speech/StreamingRecognize.</summary>
internal sealed class SpeechStreamDoor(
    IAsyncStreamReader<V1.StreamingRecognizeRequest> requests,
    IServerStreamWriter<V1.StreamingRecognizeResponse> responses,
    string tenant,
    RecognitionSettings settings) : IStreamDoor
{
    public async Task<StreamJob> ReadJobAsync(CancellationToken cancellationToken)
    {
        if (await requests.MoveNext(cancellationToken) && requests.Current.StreamingConfig is { } config)
            return StreamValidation.ToJob(config, tenant, settings.EndPointing);
        throw new InvalidRequestException([new("streaming_config", "The first message must be streaming_config, and it was not. Send it before audio.")]);
    }

    public async Task<StreamInput?> ReadAsync(CancellationToken cancellationToken)
    {
        return await requests.MoveNext(cancellationToken) ? ToInput(requests.Current) : null;
    }

    /// <summary>A message behind the first one.</summary>
    /// <exception cref="InvalidRequestException">It is another configuration.</exception>
    public static StreamInput ToInput(V1.StreamingRecognizeRequest request) => request.RequestCase switch
    {
        V1.StreamingRecognizeRequest.RequestOneofCase.Audio => new AudioInput(request.Audio.Memory),
        V1.StreamingRecognizeRequest.RequestOneofCase.EndOfUtterance => new EndOfUtteranceInput(),
        V1.StreamingRecognizeRequest.RequestOneofCase.StreamingConfig => throw new InvalidRequestException(
            [new("streaming_config", "Only the first message may be streaming_config; a second one came. Open another stream to change it.")]),
        _ => new AudioInput(default),
    };

    public Task SendAsync(StreamAnswer answer, StreamJob job, CancellationToken cancellationToken) =>
        responses.WriteAsync(StreamResponses.ToResponse(answer, job.WordTimes), cancellationToken);
}
