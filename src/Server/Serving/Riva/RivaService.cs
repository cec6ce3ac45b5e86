using System.Globalization;
using Attune.Riva.Asr;
using Attune.Server.Access;
using Attune.Server.Serving.Streaming;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Attune.Server.Serving.Riva;

/// <summary>nvidia.riva.asr.RivaSpeechRecognition: the same recognition for programs that speak Riva's protocol.</summary>
[BindServiceMethod(typeof(RivaService), nameof(BindService))]
internal sealed class RivaService(SpeechEngine engine, StreamRunner streams, ServingModel serving, RecognitionSettings settings)
    : RivaSpeechRecognition.RivaSpeechRecognitionBase
{
    /// <summary>What clients may call the model: its own name, whichever checkpoint of it serves.</summary>
    private string ModelName => serving.ModelName;

    /// <summary>Where the framework looks for what the service is, beside its binding.</summary>
    public static ServiceDescriptor Descriptor => RivaSpeechRecognition.Descriptor;

    /// <summary>Binds the methods, for the framework.</summary>
    /// <param name="binder">Takes them.</param>
    /// <param name="service">Null: the framework makes one for each call.</param>
    public static void BindService(ServiceBinderBase binder, RivaSpeechRecognition.RivaSpeechRecognitionBase? service) => RivaSpeechRecognition.BindService(new UnreadableMessages(binder), service);

    [Authorize(Policy.Recognise)]
    public override async Task<RecognizeResponse> Recognize(RecognizeRequest request, ServerCallContext context)
    {
        var summary = RequestSummary.Of(context);
        var job = RivaRequests.ToJob(request, summary.Caller.Tenant, ModelName);
        var recording = await engine.RunAsync(job, summary.Caller, context.CancellationToken);
        summary.Add(recording);
        return new RecognizeResponse
        {
            Results = { recording.Utterances.Select(utterance => RivaResponses.ToResult(utterance.Recognized, job.WordTimes)) },
            Id = request.Id,
        };
    }

    [Authorize(Policy.Recognise)]
    public override Task StreamingRecognize(
        IAsyncStreamReader<StreamingRecognizeRequest> requestStream,
        IServerStreamWriter<StreamingRecognizeResponse> responseStream,
        ServerCallContext context)
    {
        var summary = RequestSummary.Of(context);
        var door = new RivaStreamDoor(requestStream, responseStream, summary.Caller.Tenant, ModelName, settings);
        return streams.RunAsync(door, RequestSummary.ClientOf(context), summary, context.CancellationToken);
    }

    [Authorize(Policy.Recognise)]
    public override Task<RivaSpeechRecognitionConfigResponse> GetRivaSpeechRecognitionConfig(
        RivaSpeechRecognitionConfigRequest request, ServerCallContext context)
    {
        var response = new RivaSpeechRecognitionConfigResponse();
        using var lease = serving.Lease();
        var model = lease.Recognizer.Model;
        if (request.ModelName.Length > 0 && request.ModelName != model.Name) return Task.FromResult(response);
        response.ModelConfig.Add(new RivaSpeechRecognitionConfigResponse.Types.Config
        {
            ModelName = model.Name,
            Parameters =
            {
                ["sample_rate"] = model.Preprocessing.SampleRateHz.ToString(CultureInfo.InvariantCulture),
                ["streaming"] = "True",
                ["offline"] = "True",
                ["decoder_type"] = "greedy",
            },
        });
        return Task.FromResult(response);
    }
}
