using System.Text.Json.Nodes;
using Attune.Server.Serving.Web;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Attune.Server.Tests.Serving.Web;

public sealed class OpenApiDocumentTests(ServerFixture server)
{
    private static readonly JsonObject Document = OpenApiDocument.Create();

    [Fact]
    public void Create_Always_HasEveryMethodThatIsServed()
    {
        var served = server.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>()).OfType<GrpcJsonTranscodingMetadata>()
            .Select(method => $"{method.MethodDescriptor.Service.Name}_{method.MethodDescriptor.Name}");

        var described = Operations().Select(operation => (string)operation["operationId"]!);

        Assert.Equal(served.Order(), described.Order());
    }

    [Fact]
    public void Create_Always_SaysWhatEverythingMeans()
    {
        Assert.All(Operations(), operation => Assert.NotEmpty((string)operation["summary"]!));
        foreach (var (name, schema) in Document["components"]!["schemas"]!.AsObject())
        {
            if (name.StartsWith("google.", StringComparison.Ordinal) || schema!["properties"] is not JsonObject properties) continue;
            Assert.All(properties, property => Assert.True(property.Value!["description"] is not null, $"{name}.{property.Key} has no comment."));
        }
    }

    [Fact]
    public void Create_Always_RefersToWhatIsThere()
    {
        var schemas = Document["components"]!["schemas"]!.AsObject();

        var references = References(Document).ToArray();

        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.True(schemas.ContainsKey(reference[(reference.LastIndexOf('/') + 1)..]), reference));
    }

    private static IEnumerable<JsonObject> Operations() => Document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(operation => operation.Value!.AsObject());

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject item => item.SelectMany(property => property.Key == "$ref" ? [(string)property.Value!] : References(property.Value)),
        JsonArray array => array.SelectMany(References),
        _ => [],
    };
}
