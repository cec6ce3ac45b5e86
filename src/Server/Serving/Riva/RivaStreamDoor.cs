using Attune.Riva;
using Attune.Riva.Asr;
using Attune.Server.Serving.Streaming;
using Grpc.Core;

namespace Attune.Server.Serving.Riva;

/// <summary>StreamingRecognize of Riva's protocol.</summary>
internal sealed class RivaStreamDoor(
    IAsyncStreamReader<StreamingRecognizeRequest> requests,
    IServerStreamWriter<StreamingRecognizeResponse> responses,
    string tenant,
    string model,
    RecognitionSettings settings) : IStreamDoor
{
    private RequestId? _id;

    public async Task<StreamJob> ReadJobAsync(CancellationToken cancellationToken)
    {
        if (!await requests.MoveNext(cancellationToken) || requests.Current.StreamingConfig is not { } config)
            throw new InvalidRequestException([new("streaming_config", "The first message must be streaming_config, and it was not. Send it before audio.")]);
        _id = requests.Current.Id;
        return RivaRequests.ToJob(config, tenant, model, settings.EndPointing);
    }

    public async Task<StreamInput?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await requests.MoveNext(cancellationToken)) return null;
        if (requests.Current.StreamingConfig is null) return new AudioInput(requests.Current.AudioContent.Memory);
        throw new InvalidRequestException(
            [new("streaming_config", "Only the first message may be streaming_config; a second one came. Open another stream to change it.")]);
    }

    public async Task SendAsync(StreamAnswer answer, StreamJob job, CancellationToken cancellationToken)
    {
        if (RivaResponses.ToResult(answer, job.WordTimes) is { } result)
            await responses.WriteAsync(new StreamingRecognizeResponse { Results = { result }, Id = _id }, cancellationToken);
    }
}
