using Attune.Recognition.Audio.EndPointing;
using Attune.Server.Serving;
using Attune.Server.Serving.Riva;
using Attune.Server.State;
using Grpc.Core;

namespace Attune.Server.Tests.Serving.Streaming;

/// <summary>Every door lets a stream name its domain. The WebSocket's messages are those of gRPC.</summary>
public class StreamDomainTests(ServerFixture server)
{
    [Fact]
    public async Task StreamingRecognize_Domain_IsThatOfTheFinalsRevision()
    {
        var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.Zero, "digits-clean-3"));
        var config = StreamCall.Config();
        config.Config.Domain = "line-7";

        var responses = await StreamCall.RunAsync(server.Speech, config, audio);

        Assert.Equal("line-7", responses[^1].Results[0].Revision.Domain);
    }

    [Fact]
    public async Task StreamingRecognize_NoDomain_HasNoRevision()
    {
        var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.Zero, "digits-clean-3"));

        var responses = await StreamCall.RunAsync(server.Speech, StreamCall.Config(), audio);

        Assert.Null(responses[^1].Results[0].Revision);
    }

    [Fact]
    public async Task StreamingRecognize_BadDomain_IsInvalid()
    {
        using var call = new StreamCall(server.Speech);
        var config = StreamCall.Config();
        config.Config.Domain = "no such/domain";
        await call.SendAsync(config);

        var (failure, _) = await call.FailureAsync();

        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "INVALID_REQUEST", "Given: 'no such/domain'");
        Assert.Equal(["streaming_config.config.domain"], GrpcErrors.Fields(failure));
    }

    [Theory]
    [InlineData("line-7", "line-7")]
    [InlineData("", null)]
    public void ToJob_CustomConfigurationOfRiva_NamesTheDomain(string given, string? domain)
    {
        var config = new Attune.Riva.Asr.StreamingRecognitionConfig
        {
            Config = new() { Encoding = Attune.Riva.AudioEncoding.LinearPcm, SampleRateHertz = 16000, CustomConfiguration = { ["attune.domain"] = given } },
        };

        Assert.Equal(domain is null ? null : new DomainId("acme", domain), RivaRequests.ToJob(config, "acme", "model", new EndPointerOptions()).Domain);
    }

    [Fact]
    public void ToJob_BadDomainOfRiva_IsInvalid()
    {
        var config = new Attune.Riva.Asr.StreamingRecognitionConfig
        {
            Config = new() { Encoding = Attune.Riva.AudioEncoding.LinearPcm, SampleRateHertz = 16000, CustomConfiguration = { ["attune.domain"] = "a/b" } },
        };

        var failure = Assert.Throws<InvalidRequestException>(() => RivaRequests.ToJob(config, "acme", "model", new EndPointerOptions()));

        Assert.Contains("custom_configuration", failure.Message, StringComparison.Ordinal);
    }
}
