using Attune.Recognition.Decoding;
using Attune.Riva.Asr;
using Attune.Server.Configuration;
using Attune.V1;
using Google.Protobuf;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Mvc.Testing;
using RecognitionConfig = Attune.V1.RecognitionConfig;
using StreamingRecognitionConfig = Attune.V1.StreamingRecognitionConfig;
using StreamingRecognizeRequest = Attune.V1.StreamingRecognizeRequest;

namespace Attune.Server.Tests.Serving;

/// <summary>Language through the doors: alternatives, hotwords, a language model.</summary>
public sealed class DecodingTests(ServerFixture server)
{
    private const string Noisy = "digits-air-conditioner-10db";

    [Fact]
    public async Task Recognize_AlternativesAsked_AreOrderedByScore()
    {
        var response = await server.Speech.RecognizeAsync(Request(Noisy, new() { MaxAlternatives = 5, EnableWordTimeOffsets = true }));

        var alternatives = response.Results[0].Alternatives;
        Assert.Equal(5, alternatives.Count);
        Assert.Equal(5, alternatives.Select(alternative => alternative.Transcript).Distinct().Count());
        Assert.Equal(alternatives.OrderByDescending(alternative => alternative.AcousticScore), alternatives);
        Assert.All(alternatives, alternative =>
        {
            Assert.Equal(0, alternative.LanguageScore);
            Assert.InRange(alternative.Confidence, 0, 1);
            Assert.Equal(alternative.Transcript, string.Join(' ', alternative.Words.Select(word => word.Word)));
        });
    }

    [Fact]
    public async Task Recognize_NothingAsked_IsTheBestPathWithoutScores()
    {
        var plain = await server.Speech.RecognizeAsync(Request(Noisy, new()));
        var narrow = await server.Speech.RecognizeAsync(Request(Noisy, new() { Decoding = new DecodingConfig { BeamWidth = 1 } }));

        Assert.False(plain.Results[0].Alternatives[0].HasAcousticScore);
        Assert.True(narrow.Results[0].Alternatives[0].HasAcousticScore);
        Assert.Equal(plain.Results[0].Draft, narrow.Results[0].Draft);
        Assert.Equal(plain.Results[0].Alternatives[0].Transcript, narrow.Results[0].Alternatives[0].Transcript);
    }

    [Fact]
    public async Task Recognize_Hotword_IsFoundAndTheDraftStays()
    {
        var plain = await server.Speech.RecognizeAsync(Request(Noisy, new()));
        var boosted = await server.Speech.RecognizeAsync(Request(Noisy, new() { Hotwords = { new Hotword { Phrase = "zero", Boost = 12 } } }));

        Assert.DoesNotContain(" ZERO", plain.Results[0].Alternatives[0].Transcript, StringComparison.Ordinal);
        Assert.Contains(" ZERO", boosted.Results[0].Alternatives[0].Transcript, StringComparison.Ordinal);
        Assert.True(boosted.Results[0].Alternatives[0].LanguageScore >= 12);
        Assert.Equal(plain.Results[0].Draft, boosted.Results[0].Draft);
    }

    [Fact]
    public async Task StreamingRecognize_AlternativesAndHotwords_AreThoseOfRecognize()
    {
        var config = new RecognitionConfig { MaxAlternatives = 3, Hotwords = { new Hotword { Phrase = "seven", Boost = 12 } } };
        var expected = await server.Speech.RecognizeAsync(Request("digits-clean-2", config));
        using var call = server.Speech.StreamingRecognize();

        await call.RequestStream.WriteAsync(new StreamingRecognizeRequest { StreamingConfig = new StreamingRecognitionConfig { Config = config } });
        await call.RequestStream.WriteAsync(new StreamingRecognizeRequest { Audio = ByteString.CopyFrom(Samples.Wav("digits-clean-2")) });
        await call.RequestStream.CompleteAsync();
        var finals = new List<V1.StreamingRecognitionResult>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None)) finals.AddRange(call.ResponseStream.Current.Results.Where(result => result.IsFinal));

        Assert.Equal(expected.Results[0].Alternatives[0].Transcript, string.Join(' ', finals.Select(final => final.Alternatives[0].Transcript)));
        Assert.All(finals, final => Assert.Equal(3, final.Alternatives.Count));
    }

    [Fact]
    public async Task Recognize_RivasSpeechContexts_AreHotwords()
    {
        var client = new RivaSpeechRecognition.RivaSpeechRecognitionClient(server.Channel);
        var request = new Attune.Riva.Asr.RecognizeRequest
        {
            Audio = ByteString.CopyFrom(Samples.Wav(Noisy)),
            Config = new Attune.Riva.Asr.RecognitionConfig
            {
                MaxAlternatives = 4,
                SpeechContexts = { new SpeechContext { Phrases = { "seven" }, Boost = 12 } },
                CustomConfiguration = { ["attune.steps"] = "0" },
            },
        };

        var alternatives = (await client.RecognizeAsync(request)).Results[0].Alternatives;

        Assert.Equal(4, alternatives.Count);
        Assert.Contains(" SEVEN", alternatives[0].Transcript, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recognize_LanguageModelOfTheServer_HearsItsWords()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("digits.arpa");
        string[] digits = ["ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "</s>"];
        File.WriteAllText(path, $"\\data\\\nngram 1={digits.Length}\n\\1-grams:\n{string.Concat(digits.Select(word => $"-1.05 {word}\n"))}\\end\\\n");
        using var factory = new WebApplicationFactory<Program>().WithWebHostBuilder(builder =>
            builder.UseSetting($"{DecodingOptions.Section}:{nameof(DecodingOptions.LanguageModel)}", path));
        using var channel = GrpcChannel.ForAddress(factory.Server.BaseAddress, new GrpcChannelOptions { HttpHandler = factory.Server.CreateHandler() });
        var client = new Speech.SpeechClient(channel);

        var modelled = await client.RecognizeAsync(Request(Noisy, new()));
        var without = await client.RecognizeAsync(Request(Noisy, new() { Decoding = new DecodingConfig { LanguageModelWeight = 0 } }));

        Assert.All(modelled.Results[0].Alternatives[0].Transcript.Split(' '), word => Assert.Contains(word, digits));
        Assert.Equal(without.Results[0].Draft, without.Results[0].Alternatives[0].Transcript);
    }

    [Fact]
    public async Task BuildAsync_LanguageModelThatCannotBeUsed_SaysWhy()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("bad.arpa"), "no model");

        var exception = await Assert.ThrowsAsync<ConfigurationException>(
            () => ServerHost.BuildAsync([$"--{DecodingOptions.Section}:{nameof(DecodingOptions.LanguageModel)}", folder.File("bad.arpa")]));

        Assert.Contains("Recognition:Decoding:LanguageModel cannot be used", exception.Message, StringComparison.Ordinal);
        Assert.Contains("bad.arpa, line 1", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Without steps, so that drafts and finals are of the same logits.</summary>
    private static V1.RecognizeRequest Request(string sample, RecognitionConfig config)
    {
        config = config.Clone();
        config.Adaptation = new AdaptationConfig { Steps = 0 };
        return Samples.Request(Samples.Wav(sample), config);
    }
}
