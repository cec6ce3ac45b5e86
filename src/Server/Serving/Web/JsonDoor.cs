using System.Net.Mime;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using ErrorDetailsReflection = Google.Rpc.ErrorDetailsReflection;
using Status = Google.Rpc.Status;

namespace Attune.Server.Serving.Web;

/// <summary>
/// The services of attune.v1 as JSON over HTTP, at the paths that their .proto files name (google.api.http): the mapping of proto3 to JSON, with the fields of errors that gRPC has.
/// </summary>
internal static class JsonDoor
{
    private static readonly TypeRegistry Details = TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor);

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithTypeRegistry(Details));

    public static void Configure(GrpcJsonTranscodingOptions options)
    {
        options.TypeRegistry = Details;
        options.JsonSettings.WriteInt64sAsStrings = true; // as the mapping says, and as the WebSocket does
    }

    /// <summary>Whether a request is one of gRPC, rather than one for JSON or a page.</summary>
    public static bool IsGrpc(HttpRequest request) => request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Answers with an error that no method gave; the caller sets the status code of HTTP.</summary>
    public static Task WriteErrorAsync(HttpContext context, Status status)
    {
        context.Response.ContentType = MediaTypeNames.Application.Json;
        return context.Response.WriteAsync(Formatter.Format(status), context.RequestAborted);
    }
}
