using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;

namespace Attune.Server.Tests.Telemetry;

public class HealthTests(ServerFixture server)
{
    [Theory]
    [InlineData("")]
    [InlineData("attune.v1.Speech")]
    public async Task Check_ModelLoaded_IsServing(string service)
    {
        var client = new Health.HealthClient(server.Channel);

        var response = await client.CheckAsync(new HealthCheckRequest { Service = service });

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, response.Status);
    }

    [Fact]
    public async Task ListServices_Reflection_NamesOurs()
    {
        var client = new ServerReflection.ServerReflectionClient(server.Channel);
        using var call = client.ServerReflectionInfo();

        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        var services = call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name).ToArray();
        await call.RequestStream.CompleteAsync();

        Assert.Contains("attune.v1.Speech", services);
        Assert.Contains("grpc.health.v1.Health", services);
    }
}
