using Attune.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Attune.Server.Tests.Serving.Web;

/// <summary>The lines for C# of docs/clients.md, between their marks, with the address and the file of a test.</summary>
internal static class ClientSnippets
{
    public static async Task RecognizeAsync(string server, string file, TextWriter Console)
    {
        // begin
        using var channel = GrpcChannel.ForAddress(server);
        var speech = new Speech.SpeechClient(channel);
        var response = await speech.RecognizeAsync(new RecognizeRequest
        {
            Config = new RecognitionConfig { Domain = "line-7" },
            Audio = ByteString.CopyFrom(await File.ReadAllBytesAsync(file)),
        });
        foreach (var result in response.Results) Console.WriteLine($"{result.Draft} -> {result.Alternatives[0].Transcript}");
        // end
    }

    public static async Task StreamAsync(string server, string file, TextWriter Console)
    {
        // begin
        using var channel = GrpcChannel.ForAddress(server);
        using var stream = new Speech.SpeechClient(channel).StreamingRecognize();
        await stream.RequestStream.WriteAsync(new StreamingRecognizeRequest { StreamingConfig = new StreamingRecognitionConfig { InterimResults = true } });
        var reading = Task.Run(async () =>
        {
            await foreach (var response in stream.ResponseStream.ReadAllAsync())
            {
                foreach (var result in response.Results) Console.WriteLine($"{(result.IsFinal ? "final" : result.IsDraft ? "draft" : "...")} {result.Alternatives[0].Transcript}");
            }
        });
        foreach (var chunk in (await File.ReadAllBytesAsync(file)).Chunk(3200))
            await stream.RequestStream.WriteAsync(new StreamingRecognizeRequest { Audio = ByteString.CopyFrom(chunk) });
        await stream.RequestStream.CompleteAsync();
        await reading;
        // end
    }
}
