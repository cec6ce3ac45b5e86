using Attune.Server.Tests.Serving.Streaming;
using Attune.Server.Tests.State;
using Google.Rpc;
using Grpc.Core;
using Outcome = Attune.V1.AdaptationReport.Types.Outcome;

namespace Attune.Server.Tests.Access;

/// <summary>Quotas: used up, told, and back with time.</summary>
public class QuotaTests
{
    [Fact]
    public async Task Recognize_AudioUsedUp_IsRefusedUntilItIsBack()
    {
        var clock = new AdvancingClock();
        var alice = TestClient.New("alice", "recognise", "acme", "AudioPerMinute", "00:00:02");
        var bob = TestClient.New("bob", "recognise", "acme");
        await using var server = await AccessHost.StartAsync(clock, logs: null, [.. alice.Settings, .. bob.Settings]);
        var speech = server.Speech(alice.Key);

        using var first = AccessHost.Say(speech, steps: 0); // 4.1 s, of which 2 s are there
        await first.ResponseAsync;
        var refused = await GrpcErrors.FailureAsync(AccessHost.Say(speech, steps: 0));
        await AccessHost.SayAsync(server.Speech(bob.Key), steps: 0);
        var retryAfter = TimeSpan.FromSeconds(int.Parse(refused.Trailers.GetValue("retry-after")!, System.Globalization.CultureInfo.InvariantCulture));
        clock.Advance(retryAfter - TimeSpan.FromSeconds(5));
        var still = await GrpcErrors.FailureAsync(AccessHost.Say(speech, steps: 0));
        clock.Advance(TimeSpan.FromSeconds(6));
        await AccessHost.SayAsync(speech, steps: 0);

        Assert.Equal("\"audio-minute\";q=2;qu=\"seconds\";w=60", first.GetTrailers().GetValue("ratelimit-policy"));
        Assert.StartsWith("\"audio-minute\";r=0;t=", first.GetTrailers().GetValue("ratelimit"), StringComparison.Ordinal);
        GrpcErrors.AssertError(refused, StatusCode.ResourceExhausted, "QUOTA_EXCEEDED", "alice may use 2 s of audio in 60 s", $"Try again in {retryAfter.TotalSeconds:0} s.");
        Assert.InRange(retryAfter, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(70)); // 2.1 s at 2 s a minute
        Assert.Equal(retryAfter, refused.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan());
        Assert.Equal("alice", refused.GetRpcStatus()!.GetDetail<QuotaFailure>()!.Violations.Single().Subject);
        Assert.Contains("ratelimit", refused.Trailers.Select(entry => entry.Key));
        GrpcErrors.AssertError(still, StatusCode.ResourceExhausted, "QUOTA_EXCEEDED");
    }

    [Fact]
    public async Task StreamingRecognize_AudioUsedUpOnTheWay_FinalsComeBeforeTheError()
    {
        var alice = TestClient.New("alice", "recognise", "acme", "AudioPerMinute", "00:00:03");
        await using var server = await AccessHost.StartAsync(alice.Settings);
        using var stream = new StreamCall(server.Speech(alice.Key), TestStore.Token);
        var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.FromSeconds(1.2), "digits-clean-2", "digits-clean-3", "digits-clean-1"));

        await stream.SendAsync(StreamCall.Config());
        var sending = stream.SendUntilEndedAsync(audio, 3200);
        var (failure, responses) = await stream.FailureAsync();
        await sending;

        GrpcErrors.AssertError(failure, StatusCode.ResourceExhausted, "QUOTA_EXCEEDED", "alice may use 3 s of audio");
        Assert.NotNull(failure.Trailers.GetValue("retry-after"));
        Assert.Contains(responses.SelectMany(response => response.Results), result => result.IsFinal);
        Assert.InRange(responses[^1].AudioProcessed.ToTimeSpan(), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task StreamingRecognize_AsManyAsAllowed_OneMoreIsRefusedUntilOneEnds()
    {
        var alice = TestClient.New("alice", "recognise", "acme", "ConcurrentRequests", "1");
        await using var server = await AccessHost.StartAsync([.. alice.Settings, "--Access:Limits:ConcurrentRequests=5"]);
        var speech = server.Speech(alice.Key);
        using var first = new StreamCall(speech, TestStore.Token);
        await first.SendAsync(StreamCall.Config());
        await first.SendAsync(StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.FromSeconds(1.2), "digits-clean-2")), 3200);
        Assert.True(await first.Call.ResponseStream.MoveNext(TestStore.Token)); // it is in

        var refused = await GrpcErrors.FailureAsync(AccessHost.Say(speech, steps: 0));
        await first.CompleteAsync();
        await first.ReadAllAsync();
        await AccessHost.SayAsync(speech, steps: 0);

        GrpcErrors.AssertError(refused, StatusCode.ResourceExhausted, "QUOTA_EXCEEDED", "alice may use 1 requests at the same time");
        Assert.Equal("1", refused.Trailers.GetValue("retry-after"));
    }

    [Fact]
    public async Task Recognize_AdaptationUsedUp_AnswersWithTheDraftAndSaysWhy()
    {
        var clock = new AdvancingClock();
        var alice = TestClient.New("alice", "recognise adapt", "acme", "AdaptationPerMinute", "00:00:00.001");
        await using var server = await AccessHost.StartAsync(clock, logs: null, alice.Settings);
        var speech = server.Speech(alice.Key);

        var first = await AccessHost.SayAsync(speech, "line-7", steps: 2);
        var second = await AccessHost.SayAsync(speech, "line-7", steps: 2);
        var asked = await AccessHost.SayAsync(speech, steps: 0);
        clock.Advance(TimeSpan.FromDays(2)); // a second of steps takes 17 hours to come back
        var third = await AccessHost.SayAsync(speech, steps: 2);

        Assert.Equal((Outcome.Adapted, 2), (first.Adaptation.Outcome, first.Adaptation.Steps));
        Assert.Equal((Outcome.QuotaSpent, 0), (second.Adaptation.Outcome, second.Adaptation.Steps));
        Assert.Equal(second.Draft, second.Alternatives[0].Transcript);
        Assert.NotEmpty(second.Draft);
        Assert.NotEmpty(second.FinalId); // its domain learns all the same
        Assert.Equal(Outcome.NotRequested, asked.Adaptation.Outcome);
        Assert.Equal(Outcome.Adapted, third.Adaptation.Outcome);
    }

    [Fact]
    public async Task Recognize_Anonymous_HasTheLimitsOfAllCallers()
    {
        await using var server = await AccessHost.StartAsync("--Access:Limits:AudioPerDay=00:00:01");
        var speech = server.Speech(credential: null);

        await AccessHost.SayAsync(speech, steps: 0);
        var refused = await GrpcErrors.FailureAsync(AccessHost.Say(speech, steps: 0));

        GrpcErrors.AssertError(refused, StatusCode.ResourceExhausted, "QUOTA_EXCEEDED", "anonymous may use 1 s of audio in 86400 s (Access:Limits:AudioPerDay");
    }
}
