using Attune.Recognition.Audio;
using Attune.V1;
using Google.Protobuf.WellKnownTypes;
using AudioEncoding = Attune.V1.AudioEncoding;
using SpeechEventType = Attune.V1.StreamingRecognizeResponse.Types.SpeechEventType;

namespace Attune.Server.Tests.Serving.Streaming;

public class StreamingRecognizeTests(ServerFixture server)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1.5);

    [Fact]
    public async Task StreamingRecognize_TwoUtterances_GivesInterimsDraftAndFinalOfEach()
    {
        var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(Pause, "digits-clean-2", "digits-clean-3"));
        var config = StreamCall.Config(steps: 2);
        config.InterimResults = true;

        var responses = await StreamCall.RunAsync(server.Speech, config, audio);

        var results = responses.SelectMany(response => response.Results).ToArray();
        Assert.Equal([0, 1], results.Where(result => result.IsFinal).Select(result => result.UtteranceIndex));
        foreach (var utterance in results.GroupBy(result => result.UtteranceIndex))
        {
            Assert.Contains(utterance, result => !result.IsFinal && !result.IsDraft);
            var draft = Assert.Single(utterance, result => result.IsDraft);
            var final = utterance.Last();
            Assert.Same(draft, utterance.ElementAt(utterance.Count() - 2));
            Assert.True(final.IsFinal);
            Assert.Equal(draft.Alternatives[0].Transcript, final.Draft);
            Assert.Equal((draft.StartTime, draft.EndTime), (final.StartTime, final.EndTime));
            Assert.Equal(2, final.Adaptation.Steps);
            Assert.NotEmpty(final.Alternatives[0].Transcript);
        }
    }

    [Fact]
    public async Task StreamingRecognize_InterimResults_StableWordsStay()
    {
        var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.Zero, "digits-clean-2", "digits-clean-3", "digits-clean-2", "digits-clean-3"));
        var config = StreamCall.Config();
        config.InterimResults = true;
        config.DisableDraftResults = true;

        var responses = await StreamCall.RunAsync(server.Speech, config, audio);

        var stable = new List<string>();
        var interims = responses.SelectMany(response => response.Results).Where(result => !result.IsFinal).ToArray();
        Assert.True(interims.Length > 5);
        Assert.Contains(interims, interim => interim.StableWordCount > 2);
        foreach (var interim in interims)
        {
            string[] words = interim.Alternatives[0].Transcript.Split(' ');
            if (interim.UtteranceIndex > interims[0].UtteranceIndex) break;
            Assert.Equal(stable, words.Take(stable.Count));
            stable = [.. words.Take(interim.StableWordCount)];
            Assert.Equal((float)interim.StableWordCount / words.Length, interim.Stability);
        }
    }

    [Fact]
    public async Task StreamingRecognize_AnyChunkSizes_FinalsAreThoseOfTheUnaryCall()
    {
        var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(Pause, "digits-clean-2", "digits-air-conditioner-10db", "digits-clean-3"));
        var random = new Random(7);
        int[][] sizes = [[32], [160_000], [1, 31, 3201, 7], [.. Enumerable.Range(0, 200).Select(_ => random.Next(32, 160_000))]]; // 1 ms, 5 s, odd, any between
        var runs = new List<StreamingRecognitionResult[]>();
        foreach (var chunks in sizes)
        {
            var responses = await StreamCall.RunAsync(server.Speech, StreamCall.Config(steps: 1), audio, chunks);
            runs.Add([.. responses.SelectMany(response => response.Results).Where(result => result.IsFinal).Select(WithoutTimes)]);
        }

        Assert.True(runs[0].Length >= 3);
        Assert.All(runs, run => Assert.Equal(runs[0], run));
        foreach (var final in runs[0])
        {
            var from = Sample(final.StartTime);
            var segment = audio[(2 * from)..(2 * Sample(final.EndTime))];
            var unary = await server.Speech.RecognizeAsync(Samples.Request(segment, StreamCall.Config(steps: 1).Config));
            var expected = unary.Results.Single();
            Assert.Equal(expected.Alternatives[0], final.Alternatives[0]);
            Assert.Equal(expected.Draft, final.Draft);
            Assert.Equal((expected.Adaptation.LossBefore, expected.Adaptation.LossAfter), (final.Adaptation.LossBefore, final.Adaptation.LossAfter));
        }
    }

    [Theory]
    [InlineData(AudioEncoding.Linear24, 16000)]
    [InlineData(AudioEncoding.Linear32, 16000)]
    [InlineData(AudioEncoding.Float32, 16000)]
    [InlineData(AudioEncoding.Mulaw, 16000)]
    [InlineData(AudioEncoding.Alaw, 16000)]
    [InlineData(AudioEncoding.Linear16, 8000)]
    [InlineData(AudioEncoding.Float32, 44100)]
    public async Task StreamingRecognize_AnyEncodingAndRate_FinalsAreThoseOfTheUnaryCall(AudioEncoding encoding, int rate)
    {
        // Where the rate is not the model's, the recording is heard slower or faster; both calls hear the same.
        var audio = await StreamAudio.EncodeAsync(await StreamAudio.JoinAsync(TimeSpan.FromSeconds(4), "digits-clean-2", "digits-clean-3"), encoding);
        var heard = await new AudioDecoder(new AudioOptions()).DecodeAsync(
            audio, new RawAudioFormat(StreamAudio.Form(encoding), rate, 1), StreamAudio.Rate, CancellationToken.None);
        var random = new Random(11);
        var second = (int)(audio.Length / heard.Duration.TotalSeconds);

        var responses = await StreamCall.RunAsync(
            server.Speech, StreamCall.Config(encoding, rate, steps: 1), audio, [.. Enumerable.Range(0, 100).Select(_ => random.Next(second / 1000, second * 5))]);

        var finals = responses.SelectMany(response => response.Results).Where(result => result.IsFinal).ToArray();
        Assert.NotEmpty(finals);
        foreach (var final in finals)
        {
            var segment = heard.Samples[Sample(final.StartTime)..Sample(final.EndTime)].SelectMany(BitConverter.GetBytes).ToArray();
            var unary = await server.Speech.RecognizeAsync(Samples.Request(segment, StreamCall.Config(AudioEncoding.Float32, steps: 1).Config));
            var expected = unary.Results.Single();
            Assert.Equal(expected.Alternatives[0], final.Alternatives[0]);
            Assert.Equal(expected.Draft, final.Draft);
            Assert.Equal((expected.Adaptation.LossBefore, expected.Adaptation.LossAfter), (final.Adaptation.LossBefore, final.Adaptation.LossAfter));
        }
    }

    [Fact]
    public async Task StreamingRecognize_DraftsTurnedOff_GivesOnlyFinalsInOrder()
    {
        var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(Pause, "digits-clean-2", "digits-clean-3", "digits-clean-3"));
        var config = StreamCall.Config(steps: 2);
        config.DisableDraftResults = true;

        var responses = await StreamCall.RunAsync(server.Speech, config, audio);

        Assert.All(responses, response => Assert.True(response.Results.Single().IsFinal));
        Assert.Equal([0, 1, 2], responses.Select(response => response.Results[0].UtteranceIndex));
        Assert.All(responses, response => Assert.NotEmpty(response.Results[0].Draft));
    }

    [Fact]
    public async Task StreamingRecognize_VoiceActivityEvents_FrameTheUtterance()
    {
        var audio = StreamAudio.Pcm16([.. new float[16000], .. await StreamAudio.JoinAsync(Pause, "digits-clean-2")]);
        var config = StreamCall.Config();
        config.EnableVoiceActivityEvents = true;

        var responses = await StreamCall.RunAsync(server.Speech, config, audio);

        var events = responses.Where(response => response.Results.Count == 0).ToArray();
        Assert.Equal([SpeechEventType.SpeechBegin, SpeechEventType.SpeechEnd], events.Select(response => response.SpeechEventType));
        Assert.InRange(events[0].SpeechEventTime.ToTimeSpan().TotalSeconds, 0.95, 1.6);
        Assert.InRange(events[1].SpeechEventTime.ToTimeSpan().TotalSeconds, 3.2, 4.2);
    }

    [Fact]
    public async Task StreamingRecognize_SingleUtterance_EndsAfterTheFirst()
    {
        var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(Pause, "digits-clean-2", "digits-clean-3"));
        var config = StreamCall.Config();
        config.SingleUtterance = true;
        config.DisableDraftResults = true;

        using var call = new StreamCall(server.Speech);
        await call.SendAsync(config);
        var reading = call.ReadAllAsync();
        await call.SendUntilEndedAsync(audio, 3200);
        var responses = await reading;

        Assert.Single(responses, response => response.SpeechEventType == SpeechEventType.EndOfSingleUtterance);
        Assert.Single(responses, response => response.Results.Any(result => result.IsFinal));
    }

    [Fact]
    public async Task StreamingRecognize_Silence_EndsWithTimeoutAndWithoutResults()
    {
        var config = StreamCall.Config();
        config.VoiceActivityTimeout = new VoiceActivityTimeout { SpeechStartTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(2)) };

        using var call = new StreamCall(server.Speech);
        await call.SendAsync(config);
        var reading = call.ReadAllAsync();
        await call.SendUntilEndedAsync(new byte[80_000], 3200);
        var response = Assert.Single(await reading);

        Assert.Equal(SpeechEventType.VoiceActivityTimeout, response.SpeechEventType);
        Assert.InRange(response.SpeechEventTime.ToTimeSpan().TotalSeconds, 2, 2.2);
    }

    [Fact]
    public async Task StreamingRecognize_SilenceAfterAnUtterance_EndsWithTimeoutAndTheFinal()
    {
        var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.FromSeconds(6), "digits-clean-3"));
        var config = StreamCall.Config();
        config.DisableDraftResults = true;
        config.VoiceActivityTimeout = new VoiceActivityTimeout { SpeechEndTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(3)) };

        using var call = new StreamCall(server.Speech);
        await call.SendAsync(config);
        var reading = call.ReadAllAsync();
        await call.SendUntilEndedAsync(audio, 3200);
        var responses = await reading;

        var final = Assert.Single(responses, response => response.Results.Count > 0).Results[0];
        var timeout = Assert.Single(responses, response => response.SpeechEventType == SpeechEventType.VoiceActivityTimeout);
        Assert.True(final.IsFinal);
        Assert.InRange((timeout.SpeechEventTime - final.EndTime).ToTimeSpan().TotalSeconds, 2.9, 3.2);
    }

    [Fact]
    public async Task StreamingRecognize_EndOfUtteranceFromClient_EndsItAtOnce()
    {
        var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.Zero, "digits-clean-2"));
        using var call = new StreamCall(server.Speech);
        await call.SendAsync(StreamCall.Config());
        await call.SendAsync(audio, 3200);
        await call.SendAsync(new StreamingRecognizeRequest { EndOfUtterance = new EndOfUtterance() });
        await call.SendAsync(new StreamingRecognizeRequest { KeepAlive = new KeepAlive() });

        Assert.True(await call.Call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.True(call.Call.ResponseStream.Current.Results[0].IsDraft);
        Assert.True(await call.Call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.True(call.Call.ResponseStream.Current.Results[0].IsFinal);
        await call.CompleteAsync();
        Assert.Empty(await call.ReadAllAsync());
    }

    /// <summary>The result without what depends on the clock.</summary>
    private static StreamingRecognitionResult WithoutTimes(StreamingRecognitionResult result)
    {
        var copy = result.Clone();
        foreach (var step in copy.Adaptation.StepDetails) step.Elapsed = null;
        return copy;
    }

    private static int Sample(Duration time) => (int)Math.Round(time.ToTimeSpan().TotalSeconds * StreamAudio.Rate);
}
