using Attune.Server;
using Attune.V1;
using Google.Protobuf;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;

namespace Attune.Cli.Tests.Replaying;

/// <summary>With a server of its own on a loopback port, whose store lies in a folder.</summary>
public sealed class ReplayCommandTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await ServerHost.BuildAsync(
        [
            "--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None", "--Adaptation:Fast:Parameters", "top-1",
            "--Adaptation:Slow:FastSteps", "2", "--Adaptation:Slow:UtterancesPerUpdate", "1", "--Adaptation:Gate:HeldBack", "0", "--State:Directory", _folder.Path,
        ]);
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Replay_ServedFinal_IsEqual()
    {
        var final = await SayAsync();

        var text = await CliRun.RunAsync("replay", final.FinalId, "--state", _folder.Path);
        var json = await CliRun.RunAsync("replay", final.FinalId, $"--State:Directory={_folder.Path}", "--json");
        var unknown = await CliRun.RunAsync("replay", "line-7/" + new string('0', 32), "--state", _folder.Path);

        Assert.Equal((ExitCode.Success, ""), (text.Status, text.Error));
        Assert.Contains($"recomputed  {final.Alternatives[0].Transcript}", text.Output, StringComparison.Ordinal);
        Assert.Contains("Equal, bit for bit.", text.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, json.Status);
        var line = Assert.Single(json.Json);
        Assert.True(line.GetProperty("is_equal").GetBoolean());
        Assert.Equal(final.Adaptation.LossAfter, line.GetProperty("recomputed").GetProperty("loss_after").GetDouble());
        Assert.Equal(ExitCode.RunFailed, unknown.Status);
        Assert.Contains("has no utterance", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_CannotRun_SaysWhy()
    {
        var id = "line-7/" + new string('0', 32);

        var noId = await CliRun.RunAsync("replay", "line-7");
        var noStore = await CliRun.RunAsync("replay", id, "--state", "none");
        var noModel = await CliRun.RunAsync("replay", id, "--state", _folder.Path, "--model", "nowhere");
        var noSetting = await CliRun.RunAsync("replay", id, "--nonsense");

        Assert.Equal(
            (ExitCode.Usage, ExitCode.CannotRun, ExitCode.CannotRun, ExitCode.Usage), (noId.Status, noStore.Status, noModel.Status, noSetting.Status));
        Assert.Contains("DOMAIN/ID", noId.Error, StringComparison.Ordinal);
        Assert.Contains("nothing is kept", noStore.Error, StringComparison.Ordinal);
        Assert.Contains("nowhere", noModel.Error, StringComparison.Ordinal);
        Assert.Contains("--Section:Key=Value", noSetting.Error, StringComparison.Ordinal);
    }

    /// <summary>Says something, and waits until it is stored, since its update is.</summary>
    private async Task<SpeechRecognitionResult> SayAsync()
    {
        using var channel = GrpcChannel.ForAddress(_app.Urls.Single());
        using var watch = new V1.Adaptation.AdaptationClient(channel).WatchEvents(new WatchEventsRequest { AfterId = 0 });
        var audio = ByteString.CopyFrom(await File.ReadAllBytesAsync(RepositoryFiles.Sample("digits-clean-1.wav")));
        var request = new RecognizeRequest { Audio = audio, Config = new RecognitionConfig { Domain = "line-7" } };
        var response = await new Speech.SpeechClient(channel).RecognizeAsync(request);
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        return response.Results[0];
    }
}
