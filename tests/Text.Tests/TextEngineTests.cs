using System.Text;
using Attune.Text.Generation;
using Attune.Text.Scoring;
using Attune.Text.Tokenization;

namespace Attune.Text.Tests;

public sealed class TextEngineTests : IDisposable
{
    private readonly TinyTextModel _gpt2 = TinyTextModel.Gpt2();
    private readonly TinyTextModel _long = TinyTextModel.Gpt2(seed: 2, settings: """{ "n_positions": 200 }""");
    private readonly TinyTextModel _bert = TinyTextModel.Bert();
    private readonly TextEngine _causal;
    private readonly TextEngine _longCausal;
    private readonly TextEngine _classifier;

    public TextEngineTests()
    {
        _causal = new TextEngine(_gpt2.Open());
        _longCausal = new TextEngine(_long.Open());
        _classifier = new TextEngine(_bert.Open());
    }

    [Fact]
    public void Score_Text_IsTheProductOfPlainProbabilities()
    {
        const string text = "the thé!";
        int[] tokens = [TinyTextModel.EndOfText, .. _causal.Model.Tokenizer.Encode(text)];
        var (logits, _) = new Inference.PlainTransformer(_causal.Model).Gpt2(tokens);
        var expected = Enumerable.Range(1, tokens.Length - 1).Select(i => logits[i - 1][tokens[i]] - Math.Log(logits[i - 1].Sum(Math.Exp))).ToArray();

        var score = Score(_causal, text);

        Assert.Equal(tokens[1..], score.Tokens.Select(token => token.Token));
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], score.Tokens[i].LogProbability, 4);
        Assert.Equal(expected.Sum(), score.LogProbability, 3);
        Assert.Equal(-expected.Sum() / Math.Log(2) / 9, score.BitsPerByte, 4); // é has two bytes
        Assert.Equal(["the", " ", "th", "\uFFFD", "\uFFFD", "!"], score.Tokens.Select(token => token.Text));
    }

    [Fact]
    public void Score_MoreThanOnePiece_EqualsOnePass()
    {
        var text = string.Concat(Enumerable.Range(0, 150).Select(i => (char)('a' + (i * 7 % 26))));
        int[] tokens = [TinyTextModel.EndOfText, .. _longCausal.Model.Tokenizer.Encode(text)];
        var (logits, _) = new Inference.PlainTransformer(_longCausal.Model).Gpt2(tokens);
        using var scoring = _longCausal.Score(text);

        var pieces = 1;
        while (scoring.Advance(CancellationToken.None)) pieces++;

        Assert.Equal(3, pieces);
        Assert.Equal(150, scoring.Result.Tokens.Count);
        Assert.Equal(logits[140][tokens[141]] - Math.Log(logits[140].Sum(Math.Exp)), scoring.Result.Tokens[140].LogProbability, 4);
    }

    [Fact]
    public void Generate_Greedy_TakesTheMostProbableTokenEachTime()
    {
        var tokens = _longCausal.Model.Tokenizer.Encode("the cat").ToList();
        var expected = new List<int>();
        var logProbability = 0.0;
        for (var i = 0; i < 12; i++)
        {
            var logits = new Inference.PlainTransformer(_longCausal.Model).Gpt2([.. tokens]).Logits[^1];
            var best = Array.IndexOf(logits, logits.Max());
            logProbability += logits[best] - Math.Log(logits.Sum(Math.Exp));
            if (best == TinyTextModel.EndOfText) break;
            expected.Add(best);
            tokens.Add(best);
        }

        var (text, generation) = Generate(_longCausal, "the cat", new() { MaxTokens = 12 });

        Assert.Equal(Encoding.UTF8.GetString(_longCausal.Model.Tokenizer.Bytes(expected)), text);
        Assert.Equal(expected.Count, generation.NewTokens);
        Assert.Equal(logProbability, generation.LogProbability, 3);
        Assert.Equal(expected.Count == 12 ? FinishReason.MaxTokens : FinishReason.EndOfText, generation.Finish);
    }

    [Fact]
    public void Generate_LongPrompt_IsReadInPieces()
    {
        var prompt = string.Concat(Enumerable.Repeat("abcdefg", 20));
        using var generation = _longCausal.Generate(prompt, new() { MaxTokens = 1 });

        Assert.True(generation.Advance(CancellationToken.None));
        Assert.True(generation.Advance(CancellationToken.None));
        Assert.Equal(0, generation.NewTokens);
        generation.Advance(CancellationToken.None);

        Assert.Equal(140, generation.PromptTokens);
        Assert.NotEqual(FinishReason.None, generation.Finish);
    }

    [Fact]
    public void Generate_ContextIsFull_SaysSo()
    {
        // 46 of 48 tokens: two more fit in.
        var (_, generation) = Generate(_causal, new string('a', 46), new() { MaxTokens = 100, Temperature = 5, Seed = 1 });

        Assert.Equal(FinishReason.ContextFull, generation.Finish);
        Assert.Equal(3, generation.NewTokens);
    }

    [Fact]
    public void Generate_StopString_EndsBeforeIt()
    {
        var options = new GenerationOptions { MaxTokens = 40, Temperature = 3, Seed = 5 };
        var (whole, _) = Generate(_longCausal, "a", options);
        var stop = whole[10..12];

        var (text, generation) = Generate(_longCausal, "a", options with { Stop = [stop] });

        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], text);
        Assert.Equal(FinishReason.StopString, generation.Finish);
    }

    [Fact]
    public void Generate_EmptyPrompt_BeginsANewText()
    {
        var (_, generation) = Generate(_causal, "", new() { MaxTokens = 3 });

        Assert.Equal(1, generation.PromptTokens);
    }

    [Fact]
    public void Generate_SameSeed_GivesTheSameText()
    {
        var options = new GenerationOptions { MaxTokens = 30, Temperature = 2, Seed = 4 };

        Assert.Equal(Generate(_longCausal, "x", options).Text, Generate(_longCausal, "x", options).Text);
        Assert.NotEqual(Generate(_longCausal, "x", options).Text, Generate(_longCausal, "x", options with { Seed = 5 }).Text);
    }

    [Fact]
    public void Generate_PromptFillsTheContext_SaysBothNumbers()
    {
        var exception = Assert.Throws<TextException>(() => _causal.Generate(new string('a', 48), new()));

        Assert.Equal(TextError.TooLong, exception.Error);
        Assert.Contains("reads 48 at once. Given: 48", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, 0, 1)]
    [InlineData(1, -1, 0, 1)]
    [InlineData(1, double.NaN, 0, 1)]
    [InlineData(1, 0, -1, 1)]
    [InlineData(1, 0, 0, 0)]
    [InlineData(1, 0, 0, 1.5)]
    public void Generate_OptionOutOfRange_IsRefused(int maxTokens, double temperature, int topK, double topP) =>
        Assert.ThrowsAny<ArgumentException>(() => _causal.Generate("a", new() { MaxTokens = maxTokens, Temperature = temperature, TopK = topK, TopP = topP }));

    [Fact]
    public void Classify_Text_GivesAllLabelsTheMostProbableFirst()
    {
        int[] tokens = [2, .. _classifier.Model.Tokenizer.Encode("the good cat, zebra"), 3];
        var (logits, _) = new Inference.PlainTransformer(_classifier.Model).Bert(tokens, new int[tokens.Length]);
        using var classification = _classifier.Classify("the good cat, zebra");

        classification.Advance(CancellationToken.None);

        Assert.Equal(1, classification.Result.Sum(label => label.Probability), 10);
        foreach (var label in classification.Result) Assert.Equal(Math.Exp(logits[label.Index]) / logits.Sum(Math.Exp), label.Probability, 4);
        Assert.Equal(classification.Result.Select(label => label.Probability).OrderDescending(), classification.Result.Select(label => label.Probability));
        Assert.Equal((7, 1), (classification.TokenCount, classification.UnknownCount));
    }

    [Fact]
    public void Classify_Pair_IsReadWithTypes()
    {
        int[] tokens = [2, 5, 6, 3, 10, 3];
        var (logits, _) = new Inference.PlainTransformer(_classifier.Model).Bert(tokens, [0, 0, 0, 0, 1, 1]);
        using var classification = _classifier.Classify("the cat", "good");

        classification.Advance(CancellationToken.None);

        foreach (var label in classification.Result) Assert.Equal(Math.Exp(logits[label.Index]) / logits.Sum(Math.Exp), label.Probability, 4);
    }

    [Fact]
    public void Embed_ByEitherFamily_IsTheNormalisedMeanOfTheLastLayer()
    {
        int[] gpt = [.. _causal.Model.Tokenizer.Encode("the cat")];
        int[] bert = [2, .. _classifier.Model.Tokenizer.Encode("the cat"), 3];

        AssertEmbedding(new Inference.PlainTransformer(_causal.Model).Gpt2(gpt).Hidden, _causal.Embed("the cat"));
        AssertEmbedding(new Inference.PlainTransformer(_classifier.Model).Bert(bert, new int[4]).Hidden, _classifier.Embed("the cat"));
    }

    [Fact]
    public void Texts_Empty_AreRefused()
    {
        Assert.Equal(TextError.Empty, Assert.Throws<TextException>(() => _causal.Score("")).Error);
        Assert.Equal(TextError.Empty, Assert.Throws<TextException>(() => _causal.Embed("")).Error);
        Assert.Equal(TextError.Empty, Assert.Throws<TextException>(() => _classifier.Classify("")).Error);
        Assert.Equal(TextError.Empty, Assert.Throws<TextException>(() => _classifier.Classify("a", "")).Error);
        Assert.Equal(TextError.Empty, Assert.Throws<TextException>(() => _classifier.Embed("")).Error);
    }

    [Fact]
    public void Texts_TooLong_AreRefused()
    {
        Assert.Equal(TextError.TooLong, Assert.Throws<TextException>(() => _causal.Score(new string('a', 48))).Error); // and the token before it
        Assert.Equal(TextError.TooLong, Assert.Throws<TextException>(() => _causal.Embed(new string('a', 49))).Error);
        Assert.Equal(TextError.TooLong, Assert.Throws<TextException>(() => _classifier.Classify(string.Join(' ', Enumerable.Repeat("a", 31)))).Error);
    }

    [Fact]
    public void Methods_OfTheOtherFamily_SayWhichToChoose()
    {
        Assert.Equal(TextError.WrongModel, Assert.Throws<TextException>(() => _classifier.Score("a")).Error);
        Assert.Equal(TextError.WrongModel, Assert.Throws<TextException>(() => _classifier.Generate("a", new())).Error);
        Assert.Equal(TextError.WrongModel, Assert.Throws<TextException>(() => _causal.Classify("a")).Error);
    }

    public void Dispose()
    {
        _causal.Dispose();
        _longCausal.Dispose();
        _classifier.Dispose();
        _gpt2.Dispose();
        _long.Dispose();
        _bert.Dispose();
    }

    private static void AssertEmbedding(double[][] hidden, Embedding.TextEmbedding embedding)
    {
        using (embedding)
        {
            while (embedding.Advance(CancellationToken.None))
            {
            }

            double[] mean = [.. Enumerable.Range(0, hidden[0].Length).Select(i => hidden.Average(row => row[i]))];
            var length = Math.Sqrt(mean.Sum(value => value * value));
            for (var i = 0; i < mean.Length; i++) Assert.Equal(mean[i] / length, embedding.Result[i], 4);
        }
    }

    private static TextScore Score(TextEngine engine, string text)
    {
        using var scoring = engine.Score(text);
        while (scoring.Advance(CancellationToken.None))
        {
        }

        return scoring.Result;
    }

    private static (string Text, TextGeneration Generation) Generate(TextEngine engine, string prompt, GenerationOptions options)
    {
        using var generation = engine.Generate(prompt, options);
        var text = new StringBuilder();
        do text.Append(generation.TakeText());
        while (generation.Advance(CancellationToken.None));
        return (text.Append(generation.TakeText()).ToString(), generation);
    }
}
