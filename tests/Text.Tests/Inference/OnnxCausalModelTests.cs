using Attune.Recognition.Acoustic;
using Attune.Text.Inference;
using Attune.Text.Models;

namespace Attune.Text.Tests.Inference;

public sealed class OnnxCausalModelTests : IDisposable
{
    private static readonly int[] Text = [72, 101, 257, 32, 115, 258, 33, 10, 200, 0, 99, 99];

    private readonly TinyTextModel _tiny = TinyTextModel.Gpt2();
    private readonly TextModel _model;
    private readonly OnnxCausalModel _causal;

    public OnnxCausalModelTests()
    {
        _model = _tiny.Open();
        _causal = new OnnxCausalModel(_model, ParameterSet.Parse("layer-norm"));
    }

    [Fact]
    public void Run_OneText_EqualsPlainLoops()
    {
        var (logits, hidden) = new PlainTransformer(_model).Gpt2(Text);

        using var pass = Run([Text]);

        for (var token = 0; token < Text.Length; token++)
        {
            AssertNear(logits[token], pass.Logits(0, token), 1e-4);
            AssertNear(hidden[token], pass.Hidden(0, token), 1e-4);
        }

        pass.Cache.Dispose();
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("transformer.", false)]
    public void Run_OtherNamesAndAnOutputLayerOfItsOwn_EqualsPlainLoops(string prefix, bool tied)
    {
        using var tiny = TinyTextModel.Gpt2(prefix, seed: 5, $$"""{ "tie_word_embeddings": {{(tied ? "true" : "false")}}, "activation_function": "gelu_pytorch_tanh", "n_inner": 20 }""");
        using var model = tiny.Open();
        using var causal = new OnnxCausalModel(model);
        var (logits, _) = new PlainTransformer(model).Gpt2(Text);

        using var pass = causal.Run(new TokenBatch([Text]), past: null, allLogits: true, parameters: null, CancellationToken.None);

        for (var token = 0; token < Text.Length; token++) AssertNear(logits[token], pass.Logits(0, token), 1e-4);
        pass.Cache.Dispose();
    }

    [Fact]
    public void Run_TextsOfDifferentLength_EachEqualsItsSingleRun()
    {
        int[][] rows = [Text, Text[3..5], Text[5..], [7]];

        using var batch = Run(rows);

        for (var row = 0; row < rows.Length; row++)
        {
            using var single = Run([rows[row]]);
            for (var token = 0; token < rows[row].Length; token++)
            {
                AssertNear(single.Logits(0, token), batch.Logits(row, token), 1e-5);
                AssertNear(single.Hidden(0, token), batch.Hidden(row, token), 1e-5);
            }

            single.Cache.Dispose();
        }

        batch.Cache.Dispose();
    }

    [Fact]
    public void Run_TokensOneByOne_EqualsReadingThemAtOnce()
    {
        using var whole = Run([Text]);
        KeyValueCache? cache = null;

        for (var token = 0; token < Text.Length; token++)
        {
            using var pass = Run([[Text[token]]], cache);
            cache?.Dispose();
            cache = pass.Cache;
            AssertNear(whole.Logits(0, token), pass.Logits(0, 0), 1e-5);
        }

        Assert.Equal(Text.Length, cache!.Lengths[0]);
        cache.Dispose();
        whole.Cache.Dispose();
    }

    [Fact]
    public void Run_TextsOfDifferentLengthGoOn_EachEqualsItsSingleRun()
    {
        int[][] first = [Text[..2], Text[..7], Text[..1]];
        int[][] second = [Text[2..7], Text[7..9], Text[1..2]];
        using var earlier = Run(first);
        using var cache = earlier.Cache;

        using var batch = Run(second, cache);

        Assert.Equal([7, 9, 2], batch.Cache.Lengths);
        for (var row = 0; row < first.Length; row++)
        {
            using var single = Run([[.. first[row], .. second[row]]]);
            for (var token = 0; token < second[row].Length; token++)
                AssertNear(single.Logits(0, first[row].Length + token), batch.Logits(row, token), 1e-5);
            single.Cache.Dispose();
        }

        batch.Cache.Dispose();
    }

    [Fact]
    public void Run_LastLogitsAlone_AreThoseAfterTheLastTokenOfEachRow()
    {
        int[][] rows = [Text, Text[..3]];
        using var all = Run(rows);

        using var last = _causal.Run(new TokenBatch(rows), past: null, allLogits: false, parameters: null, CancellationToken.None);

        AssertNear(all.Logits(0, Text.Length - 1), last.Logits(0, 0), 1e-5);
        AssertNear(all.Logits(1, 2), last.Logits(1, 0), 1e-5);
        all.Cache.Dispose();
        last.Cache.Dispose();
    }

    [Fact]
    public void Run_ALaterTokenChanges_EarlierLogitsStay()
    {
        using var before = Run([Text]);
        using var after = Run([[.. Text[..^1], 5]]);

        for (var token = 0; token < Text.Length - 1; token++) Assert.Equal(before.Logits(0, token), after.Logits(0, token));
        Assert.NotEqual(before.Logits(0, Text.Length - 1).ToArray(), after.Logits(0, Text.Length - 1).ToArray());
        before.Cache.Dispose();
        after.Cache.Dispose();
    }

    [Theory]
    [InlineData("layer-norm")]
    [InlineData("bias")]
    [InlineData("top-1")]
    [InlineData("all")]
    public void Run_SourceParametersAsInputs_EqualsConstants(string set)
    {
        using var causal = new OnnxCausalModel(_model, ParameterSet.Parse(set));
        using var constants = Run([Text]);

        using var inputs = causal.Run(new TokenBatch([Text]), past: null, allLogits: true, causal.Source, CancellationToken.None);
        using var changed = causal.Run(
            new TokenBatch([Text]), past: null, allLogits: true, new(causal.Source!.Layout, Scale(causal.Source.Values)), CancellationToken.None);

        for (var token = 0; token < Text.Length; token++) AssertNear(constants.Logits(0, token), inputs.Logits(0, token), 1e-5);
        Assert.NotEqual(constants.Logits(0, 3).ToArray(), changed.Logits(0, 3).ToArray());
        foreach (var pass in new[] { constants, inputs, changed }) pass.Cache.Dispose();
    }

    [Fact]
    public void Run_MoreTokensThanTheContext_SaysBothNumbers()
    {
        using var past = Run([[.. Enumerable.Repeat(65, 47)]]);
        using var cache = past.Cache;

        var exception = Assert.Throws<TextException>(() => Run([[65, 66]], cache));

        Assert.Equal(TextError.TooLong, exception.Error);
        Assert.Contains("at most 48 tokens at once, special ones included. Given: 49", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_UnknownToken_SaysTheRule()
    {
        var exception = Assert.Throws<ArgumentException>(() => Run([[260]]));

        Assert.Contains("from 0 to 259. Given: 260", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ParametersOfAnotherSession_AreRefused() =>
        Assert.Throws<ArgumentException>(() => _causal.Run(
            new TokenBatch([Text]), past: null, allLogits: true, _model.Source(ParameterSet.Parse("layer-norm")), CancellationToken.None));

    [Fact]
    public void Run_Cancelled_Throws() => Assert.ThrowsAny<OperationCanceledException>(() =>
        _causal.Run(new TokenBatch([Text]), past: null, allLogits: true, parameters: null, new CancellationToken(canceled: true)));

    [Fact]
    public void Constructor_Classifier_IsRefused()
    {
        using var tiny = TinyTextModel.Bert();
        using var model = tiny.Open();

        Assert.Equal(TextError.WrongModel, Assert.Throws<TextException>(() => new OnnxCausalModel(model)).Error);
    }

    public void Dispose()
    {
        _causal.Dispose();
        _model.Dispose();
        _tiny.Dispose();
    }

    private static float[] Scale(ReadOnlyMemory<float> values) => [.. values.ToArray().Select(value => 1.1f * value)];

    private CausalPass Run(int[][] rows, KeyValueCache? past = null) =>
        _causal.Run(new TokenBatch(rows), past, allLogits: true, parameters: null, CancellationToken.None);

    private static void AssertNear(double[] expected, ReadOnlySpan<float> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.InRange(actual[i], expected[i] - tolerance, expected[i] + tolerance);
    }

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance) =>
        AssertNear([.. expected.ToArray().Select(value => (double)value)], actual, tolerance);
}
