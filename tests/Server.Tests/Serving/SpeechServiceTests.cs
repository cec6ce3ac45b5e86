using System.Security.Cryptography;
using Attune.V1;
using Google.Protobuf.WellKnownTypes;

namespace Attune.Server.Tests.Serving;

public class SpeechServiceTests(ServerFixture server)
{
    [Fact]
    public async Task Recognize_Sample_GivesDraftFinalAndSteps()
    {
        var response = await server.Speech.RecognizeAsync(Samples.Request(Samples.Wav(Samples.Clean)));

        var result = Assert.Single(response.Results);
        Assert.True(result.IsFinal);
        Assert.NotEmpty(result.Draft);
        Assert.NotEmpty(result.Alternatives[0].Transcript);
        Assert.InRange(result.Alternatives[0].Confidence, 0.1, 1);
        Assert.Empty(result.Alternatives[0].Words);
        Assert.Equal((V1.AdaptationReport.Types.Outcome.Adapted, 5), (result.Adaptation.Outcome, result.Adaptation.Steps));
        Assert.True(result.Adaptation.LossAfter < result.Adaptation.LossBefore);
        Assert.Equal(result.Adaptation.LossBefore, result.Adaptation.StepDetails[0].Loss);
        Assert.Equal(5, result.Adaptation.StepDetails.Count);
        Assert.Equal(response.AudioDuration, result.EndTime);
        Assert.InRange(response.AudioDuration.ToTimeSpan().TotalSeconds, 4.0, 4.2);
        Assert.True(response.ComputeDuration.ToTimeSpan() > TimeSpan.Zero);
    }

    [Fact]
    public async Task Recognize_WordTimesAsked_TimesIncrease()
    {
        var config = new RecognitionConfig { EnableWordTimeOffsets = true };

        var response = await server.Speech.RecognizeAsync(Samples.Request(Samples.Wav(Samples.Clean), config));

        var alternative = response.Results[0].Alternatives[0];
        Assert.Equal(alternative.Transcript, string.Join(' ', alternative.Words.Select(word => word.Word)));
        TimeSpan[] times = [.. alternative.Words.SelectMany(word => new[] { word.StartTime.ToTimeSpan(), word.EndTime.ToTimeSpan() })];
        Assert.Equal(times.Order(), times);
        Assert.True(times[^1] <= response.AudioDuration.ToTimeSpan());
    }

    [Theory]
    [InlineData("digits-clean-2", 8000)]
    [InlineData("digits-air-conditioner-5db-stereo", 44100)]
    public async Task Recognize_OtherRates_RecognizesTheSample(string name, int rate)
    {
        var wav = Samples.Wav(name);
        Assert.Equal(rate, BitConverter.ToInt32(wav, 24));

        var response = await server.Speech.RecognizeAsync(Samples.Request(name, steps: 0));

        Assert.NotEmpty(response.Results[0].Alternatives[0].Transcript);
        Assert.Equal(V1.AdaptationReport.Types.Outcome.NotRequested, response.Results[0].Adaptation.Outcome);
    }

    [Fact]
    public async Task Recognize_RawSamples_EqualsFile()
    {
        var wav = Samples.Wav(Samples.Clean);
        var config = new RecognitionConfig
        {
            Encoding = AudioEncoding.Linear16,
            SampleRateHertz = 8000,
            Adaptation = new AdaptationConfig { Steps = 0 },
        };

        var raw = await server.Speech.RecognizeAsync(Samples.Request(wav[44..], config));
        var file = await server.Speech.RecognizeAsync(Samples.Request(Samples.Clean, steps: 0));

        Assert.Equal(file.Results, raw.Results);
    }

    [Fact]
    public async Task Recognize_Silence_TellsWhyNotAdapted()
    {
        var response = await server.Speech.RecognizeAsync(Samples.Request(Samples.MakeWav(1, 16, 16000, new byte[64000])));

        var result = Assert.Single(response.Results);
        Assert.Empty(result.Alternatives[0].Transcript);
        Assert.Equal(V1.AdaptationReport.Types.Outcome.DraftAllBlank, result.Adaptation.Outcome);
        Assert.False(result.Adaptation.HasLossBefore);
    }

    [Fact]
    public async Task Recognize_TinyBudget_ServesDraft()
    {
        var config = new RecognitionConfig { Adaptation = new AdaptationConfig { LatencyBudget = new Duration { Nanos = 1 } } };

        var response = await server.Speech.RecognizeAsync(Samples.Request(Samples.Wav(Samples.Clean), config));

        var result = Assert.Single(response.Results);
        Assert.Equal((V1.AdaptationReport.Types.Outcome.BudgetSpent, 0), (result.Adaptation.Outcome, result.Adaptation.Steps));
        Assert.Equal(result.Draft, result.Alternatives[0].Transcript);
        Assert.NotEmpty(result.Draft);
    }

    [Fact]
    public async Task Recognize_EightAtOnce_AnswersAsOneByOne()
    {
        var requests = Samples.Names.Select(name => Samples.Request(name, steps: 2)).ToArray();
        Assert.Equal(8, requests.Length);
        var expected = new List<RecognizeResponse>();
        foreach (var request in requests) expected.Add(await server.Speech.RecognizeAsync(request));

        var responses = await Task.WhenAll(requests.Select(request => server.Speech.RecognizeAsync(request).ResponseAsync));

        Assert.Equal(expected.Select(WithoutTimes), responses.Select(WithoutTimes));
    }

    [Fact]
    public async Task GetModel_Always_DescribesTheModel()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "models", "spoken-numbers-en", "model.safetensors");

        var model = await server.Speech.GetModelAsync(new GetModelRequest());

        Assert.Equal("spoken-numbers-en", model.Name);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file))), model.Sha256);
        Assert.Equal(("Wav2Vec2ForCTC", 16000, "suta", 5), (model.Architecture, model.SampleRateHertz, model.ParameterSet, model.DefaultSteps));
        Assert.InRange(model.AdaptableParameterCount, 1, model.ParameterCount - 1);
        Assert.Contains("E", model.Vocabulary);
        Assert.Equal(TimeSpan.FromMinutes(30), model.MaxAudioDuration.ToTimeSpan());
        Assert.Equal(TimeSpan.FromSeconds(20), model.MaxUtteranceDuration.ToTimeSpan());
    }

    /// <summary>The answer without what depends on the clock.</summary>
    private static RecognizeResponse WithoutTimes(RecognizeResponse response)
    {
        var copy = response.Clone();
        copy.ComputeDuration = null;
        foreach (var step in copy.Results.SelectMany(result => result.Adaptation.StepDetails)) step.Elapsed = null;
        return copy;
    }
}
