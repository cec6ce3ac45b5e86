using System.Numerics.Tensors;
using Attune.Text.Embedding;
using Attune.Text.Inference;

namespace Attune.Text.Tests.Inference;

public sealed class TextWindowsTests : IDisposable
{
    private const string Long = "the cat sat on the mat, and then the other cat sat on the other mat, and then the dog came and sat on both of them";

    private readonly TinyTextModel _gpt2 = TinyTextModel.Gpt2();
    private readonly TinyTextModel _bert = TinyTextModel.Bert();
    private readonly TextEngine _causal;
    private readonly TextEngine _classifier;

    public TextWindowsTests()
    {
        _causal = new TextEngine(_gpt2.Open());
        _classifier = new TextEngine(_bert.Open());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(48)]
    [InlineData(1000)]
    public void Rows_OfACausalModel_PredictEveryTokenOnce(int longest)
    {
        var tokens = _causal.Model.Tokenizer.Encode(Long);

        var rows = TextWindows.Rows(_causal.Model, Long, longest);

        Assert.All(rows, row => Assert.InRange(row.Length, 2, Math.Min(longest, 48)));
        Assert.Equal(tokens, rows.SelectMany(row => row[1..]));
        Assert.Equal(rows.Select(row => row[^1]).SkipLast(1).Prepend(TinyTextModel.EndOfText), rows.Select(row => row[0]));
        Assert.Empty(TextWindows.Rows(_causal.Model, "", longest));
    }

    [Fact]
    public void Rows_OfAClassifier_HaveSpecialTokensAroundEach()
    {
        var rows = TextWindows.Rows(_classifier.Model, Long, longest: 10);

        Assert.All(rows, row => Assert.Equal((2, 3), (row[0], row[^1])));
        Assert.All(rows.SkipLast(1), row => Assert.Equal(10, row.Length));
        Assert.Equal(_classifier.Model.Tokenizer.Encode(Long), rows.SelectMany(row => row[1..^1]));
    }

    [Fact]
    public void Rows_FewerThanThreeTokens_SaysTheRule() => Assert.Throws<ArgumentOutOfRangeException>(() => TextWindows.Rows(_causal.Model, "a", 2));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EmbedWhole_ShortText_IsEmbed(bool isCausal)
    {
        var engine = isCausal ? _causal : _classifier;

        Assert.Equal(Run(engine.Embed("the cat")), Run(engine.EmbedWhole("the cat")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EmbedWhole_LongText_CountsEveryTokenAlike(bool isCausal)
    {
        var engine = isCausal ? _causal : _classifier;
        // Whole windows, and a shorter one behind them.
        var words = string.Concat(Enumerable.Repeat(isCausal ? "a" : "cat ", isCausal ? 48 + 30 : 30 + 20));
        var (first, rest) = isCausal ? (words[..48], words[48..]) : (words[..(30 * 4)], words[(30 * 4)..]);
        using var one = engine.Embed(first);
        using var two = engine.Embed(rest);

        using var whole = engine.EmbedWhole(words);

        // The mean of both vectors before they were scaled, weighted by their tokens, lies in the plane of the scaled ones, between them.
        var (a, b, w) = (Read(one), Read(two), Read(whole));
        Assert.Equal(one.TokenCount + two.TokenCount, whole.TokenCount);
        Assert.Throws<TextException>(() => engine.Embed(words));
        Assert.Equal(1, TensorPrimitives.Norm<float>(w), 4);
        var (p, q) = Coordinates(a, b, w);
        Assert.True(p > 0 && q > 0);
        for (var i = 0; i < w.Length; i++) Assert.Equal(w[i], (p * a[i]) + (q * b[i]), 3);
    }

    public void Dispose()
    {
        _causal.Dispose();
        _classifier.Dispose();
        _gpt2.Dispose();
        _bert.Dispose();
    }

    /// <summary>What of two vectors makes a third one, by least squares.</summary>
    private static (float P, float Q) Coordinates(float[] a, float[] b, float[] w)
    {
        float aa = TensorPrimitives.Dot<float>(a, a), bb = TensorPrimitives.Dot<float>(b, b), ab = TensorPrimitives.Dot<float>(a, b);
        float aw = TensorPrimitives.Dot<float>(a, w), bw = TensorPrimitives.Dot<float>(b, w);
        var determinant = (aa * bb) - (ab * ab);
        return (((bb * aw) - (ab * bw)) / determinant, ((aa * bw) - (ab * aw)) / determinant);
    }

    private static float[] Run(TextEmbedding embedding)
    {
        using (embedding) return Read(embedding);
    }

    private static float[] Read(TextEmbedding embedding)
    {
        while (embedding.Advance(TestContext.Current.CancellationToken))
        {
        }

        return [.. embedding.Result];
    }
}
