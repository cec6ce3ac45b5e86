using System.Net;
using System.Text;
using System.Text.Json;
using Attune.Server.Tests.Access;
using Attune.Server.Text;
using Attune.Text;
using Attune.Text.Generation;
using Attune.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Attune.Server.Tests.Text;

/// <summary>attune.v1.Text on a server with a GPT-2 of long context and a BERT.</summary>
public sealed class TextServiceTests(TextServiceTests.Fixture fixture) : IClassFixture<TextServiceTests.Fixture>
{
    private const string Secret = "quixotic zephyr";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private V1.Text.TextClient Client => fixture.Client;

    [Fact]
    public async Task ListModels_Always_TellsWhatServes()
    {
        var models = (await Client.ListModelsAsync(new(), cancellationToken: Token)).Models;

        Assert.Equal(["mood", "story"], models.Select(model => model.Name));
        Assert.Equal(("Bert", 32, 22), (models[0].Architecture, models[0].ContextLength, models[0].VocabularySize));
        Assert.Equal(["negative", "neutral", "positive"], models[0].Labels);
        Assert.Equal(("Gpt2", Fixture.ContextLength, 64), (models[1].Architecture, models[1].ContextLength, models[1].Sha256.Length));
        Assert.Equal(fixture.Story.Model.Layout.Parameters.Sum(parameter => parameter.Length), models[1].ParameterCount);
    }

    [Fact]
    public async Task Score_Text_IsWhatTheEngineSays()
    {
        using var scoring = fixture.Story.Score("the thé");
        while (scoring.Advance(Token))
        {
        }

        var response = await Client.ScoreAsync(new() { Text = "the thé" }, cancellationToken: Token);

        Assert.Equal(scoring.Result.LogProbability, response.LogProbability, 4);
        Assert.Equal(scoring.Result.BitsPerByte, response.BitsPerByte, 5);
        Assert.Equal(scoring.Result.Tokens.Select(token => token.Token), response.Tokens.Select(token => token.Id));
        Assert.Equal(["the", " ", "th", "\uFFFD", "\uFFFD"], response.Tokens.Select(token => token.Text));
    }

    [Fact]
    public async Task Generate_WithASeed_StreamsWhatTheEngineWrites()
    {
        using var generation = fixture.Story.Generate("the", new GenerationOptions { MaxTokens = 30, Temperature = 1.5, TopK = 50, TopP = 0.95, Seed = 3 });
        while (generation.Advance(Token))
        {
        }

        var (text, result, messages) = await GenerateAsync(new() { Text = "the", MaxTokens = 30, Temperature = 1.5, TopK = 50, TopP = 0.95, Seed = 3 });

        Assert.Equal(generation.TakeText(), text);
        Assert.Equal((1, 30, V1.FinishReason.MaxTokens), (result.PromptTokens, result.NewTokens, result.FinishReason));
        Assert.Equal(generation.LogProbability, result.LogProbability, 3);
        Assert.InRange(messages, 5, 30);
    }

    [Fact]
    public async Task Generate_StopString_EndsTheText()
    {
        var request = new GenerateRequest { Text = "a", MaxTokens = 40, Temperature = 3, Seed = 5 };
        var whole = (await GenerateAsync(request)).Text;
        request.Stop.Add(whole[10..12]);

        var (text, result, _) = await GenerateAsync(request);

        Assert.Equal(whole[..whole.IndexOf(whole[10..12], StringComparison.Ordinal)], text);
        Assert.Equal(V1.FinishReason.StopString, result.FinishReason);
    }

    [Fact]
    public async Task Classify_Pair_GivesLabelsTheMostProbableFirst()
    {
        var response = await Client.ClassifyAsync(new() { Text = "the good cat", Pair = "zebra" }, cancellationToken: Token);

        Assert.Equal(3, response.Labels.Count);
        Assert.Equal(1, response.Labels.Sum(label => label.Probability), 9);
        Assert.Equal(response.Labels.Max(label => label.Probability), response.Labels[0].Probability);
        Assert.Equal((7, 1), (response.TokenCount, response.UnknownTokenCount));
    }

    [Theory]
    [InlineData("story", 1)]
    [InlineData("mood", 3)]
    public async Task Embed_ByEitherFamily_HasLengthOne(string model, int tokens)
    {
        var response = await Client.EmbedAsync(new() { Model = model, Text = "the" }, cancellationToken: Token);

        Assert.Equal(24, response.Values.Count);
        Assert.Equal(1, response.Values.Sum(value => value * value), 5);
        Assert.Equal(tokens, response.TokenCount);
    }

    [Fact]
    public async Task Score_TextsThatCannotBeUsed_AreNamed()
    {
        await AssertRefusedAsync(Score(""), StatusCode.InvalidArgument, "TEXT_EMPTY", "text", "at least one character");
        await AssertRefusedAsync(Score(new string('a', Fixture.ContextLength)), StatusCode.InvalidArgument, "TEXT_TOO_LONG", "text", $"at most {Fixture.ContextLength} tokens at once");
        await AssertRefusedAsync(Score(new string('a', 25_001)), StatusCode.InvalidArgument, "TEXT_TOO_LONG", "text", "25000 characters (Text:MaxCharacters). Given: 25001.");
        await AssertRefusedAsync(Score("a", "mood"), StatusCode.InvalidArgument, "TEXT_WRONG_MODEL", "model", "predicts no next token");
        await AssertRefusedAsync(Client.EmbedAsync(new() { Text = "a" }, cancellationToken: Token), StatusCode.InvalidArgument, "INVALID_REQUEST", "model", "one of mood, story");
        await AssertRefusedAsync(
            Client.ClassifyAsync(new() { Model = "story", Text = "a" }, cancellationToken: Token), StatusCode.InvalidArgument, "TEXT_WRONG_MODEL", "model", "The model story (Gpt2) has no labels");

        GrpcErrors.AssertError(await GrpcErrors.FailureAsync(Score("a", "gpt5")), StatusCode.NotFound, "TEXT_MODEL_NOT_FOUND", "one of mood, story. Given: 'gpt5'");
    }

    [Fact]
    public async Task Generate_FieldsOutOfRange_AreAllNamed()
    {
        var request = new GenerateRequest { MaxTokens = 0, Temperature = double.NaN, TopK = -1, TopP = 0, Stop = { "" } };

        var failure = await Assert.ThrowsAsync<RpcException>(() => GenerateAsync(request));

        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "INVALID_REQUEST", "max_tokens must be from 1 to 100000. Given: 0.");
        Assert.Equal(["max_tokens", "temperature", "top_k", "top_p", "stop"], GrpcErrors.Fields(failure));
    }

    [Fact]
    public async Task Score_BytesThatAreNoUtf8_AreNoMessage()
    {
        // Field 2, two bytes, of which the first begins a character that the second does not go on with.
        var marshaller = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);
        var method = new Method<byte[], byte[]>(MethodType.Unary, "attune.v1.Text", "Score", marshaller, marshaller);
        var invoker = fixture.Host.Channel(null).CreateCallInvoker();

        var failure = await GrpcErrors.FailureAsync(invoker.AsyncUnaryCall(method, host: null, new CallOptions(cancellationToken: Token), [0x12, 2, 0xC3, 0x28]));

        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
    }

    [Fact]
    public async Task Generate_Cancelled_EndsTheWork()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var call = Client.Generate(Long(), cancellationToken: ending.Token);
        await call.ResponseStream.MoveNext(Token);
        Assert.Equal(1, fixture.Runner.Admitted);

        await ending.CancelAsync();

        await fixture.IdleAsync();
    }

    [Fact]
    public async Task Recognize_WhileTextIsGenerated_DoesNotWaitForItsEnd()
    {
        using var first = Client.Generate(Long(), cancellationToken: Token);
        using var second = Client.Generate(Long(), cancellationToken: Token);
        await first.ResponseStream.MoveNext(Token);
        await second.ResponseStream.MoveNext(Token);

        var result = await AccessHost.SayAsync(fixture.Host.Speech(null), steps: 0);

        Assert.NotEmpty(result.Alternatives[0].Transcript);
        Assert.Equal(2, fixture.Runner.Admitted);
        // Both texts go on in turns.
        Assert.True(await first.ResponseStream.MoveNext(Token));
        Assert.True(await second.ResponseStream.MoveNext(Token));
        first.Dispose();
        second.Dispose();
        await fixture.IdleAsync();
    }

    [Fact]
    public async Task Score_AllPlacesTaken_IsRefused()
    {
        using var first = Client.Generate(Long(), cancellationToken: Token);
        using var second = Client.Generate(Long(), cancellationToken: Token);
        await first.ResponseStream.MoveNext(Token);
        await second.ResponseStream.MoveNext(Token);

        var failure = await GrpcErrors.FailureAsync(Score("a"));

        GrpcErrors.AssertError(failure, StatusCode.ResourceExhausted, "OVERLOADED", "At most 2 requests", "Text:MaxConcurrentRequests");
        first.Dispose();
        second.Dispose();
        await fixture.IdleAsync();
    }

    [Fact]
    public async Task Score_AsJson_IsAnsweredInJson()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/text:score")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StringContent("""{ "text": "the cat" }""", Encoding.UTF8, "application/json"),
        };
        using var response = await fixture.Host.Http(null).SendAsync(request, Token);

        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(5, json.RootElement.GetProperty("tokens").GetArrayLength());
    }

    [Fact]
    public async Task Texts_Always_StayOutOfTheLog()
    {
        await Client.ScoreAsync(new() { Text = Secret }, cancellationToken: Token);
        await GenerateAsync(new() { Text = Secret, MaxTokens = 2 });
        await GrpcErrors.FailureAsync(Score(Secret, "mood"));

        Assert.Contains(fixture.Logs.Lines, line => line.Contains("Score by", StringComparison.Ordinal));
        Assert.DoesNotContain(fixture.Logs.Lines, line => line.Contains("zephyr", StringComparison.Ordinal));
    }

    /// <summary>The most probable tokens go round in a circle that has no end.</summary>
    private static GenerateRequest Long() => new() { Text = "a", MaxTokens = 100_000 };

    private static async Task AssertRefusedAsync<T>(AsyncUnaryCall<T> call, StatusCode status, string label, string field, string words)
    {
        var failure = await GrpcErrors.FailureAsync(call);
        GrpcErrors.AssertError(failure, status, label, words);
        Assert.Equal([field], GrpcErrors.Fields(failure));
    }

    private AsyncUnaryCall<ScoreResponse> Score(string text, string model = "") => Client.ScoreAsync(new() { Text = text, Model = model }, cancellationToken: Token);

    private async Task<(string Text, GenerationResult Result, int Messages)> GenerateAsync(GenerateRequest request)
    {
        using var call = Client.Generate(request, cancellationToken: Token);
        var (text, result, messages) = (new StringBuilder(), (GenerationResult?)null, 0);
        await foreach (var response in call.ResponseStream.ReadAllAsync(Token))
        {
            Assert.Null(result);
            text.Append(response.Text);
            result = response.Result;
            messages++;
        }

        return (text.ToString(), result!, messages);
    }

    /// <summary>The server.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        /// <summary>So many tokens that a text is not at its end before a test has looked.</summary>
        public const int ContextLength = 20_000;

        private readonly TinyTextModel _story = TinyTextModel.Gpt2(settings: $$"""{ "n_positions": {{ContextLength}} }""");
        private readonly TinyTextModel _mood = TinyTextModel.Bert();

        internal AccessHost Host { get; private set; } = null!;

        internal CapturedLogs Logs { get; } = new();

        internal V1.Text.TextClient Client { get; private set; } = null!;

        /// <summary>The same model without a server.</summary>
        internal TextEngine Story { get; private set; } = null!;

        internal TextRunner Runner => Host.Services.GetRequiredService<TextRunner>();

        public async ValueTask InitializeAsync()
        {
            Host = await AccessHost.StartAsync(
                time: null, Logs, $"--Text:Models:story={_story.FolderPath}", $"--Text:Models:mood={_mood.FolderPath}", "--Text:MaxConcurrentRequests=2", "--Text:MaxCharacters=25000", "--Logging:LogLevel:Default=Information");
            Client = new V1.Text.TextClient(Host.Channel(null));
            Story = new TextEngine(_story.Open());
        }

        /// <summary>Waits until no text is at work.</summary>
        public async Task IdleAsync()
        {
            using var patience = new CancellationTokenSource(Patience);
            while (Runner.Admitted > 0) await Task.Delay(20, patience.Token);
        }

        public async ValueTask DisposeAsync()
        {
            Story.Dispose();
            await Host.DisposeAsync();
            Logs.Dispose();
            _story.Dispose();
            _mood.Dispose();
        }
    }
}
