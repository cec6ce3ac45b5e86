using Attune.Recognition.Acoustic;
using Attune.Text.Inference;
using Attune.Text.Models;

namespace Attune.Text.Tests.Inference;

public sealed class OnnxClassifierTests : IDisposable
{
    private static readonly int[] Text = [2, 5, 6, 7, 8, 9, 3, 10, 16, 3];
    private static readonly int[] Types = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1];

    private readonly TinyTextModel _tiny = TinyTextModel.Bert();
    private readonly TextModel _model;
    private readonly OnnxClassifier _classifier;

    public OnnxClassifierTests()
    {
        _model = _tiny.Open();
        _classifier = new OnnxClassifier(_model);
    }

    [Theory]
    [InlineData("bert.", 1)]
    [InlineData("", 4)]
    public void Run_PairOfTexts_EqualsPlainLoops(string prefix, int seed)
    {
        using var tiny = TinyTextModel.Bert(prefix, seed);
        using var model = tiny.Open();
        using var classifier = new OnnxClassifier(model);
        var (logits, hidden) = new PlainTransformer(model).Bert(Text, Types);

        var pass = classifier.Run(new TokenBatch([Text], [Types]), parameters: null, CancellationToken.None);

        AssertNear(logits, pass.Logits.Span, 1e-4);
        AssertNear([.. hidden.SelectMany(row => row)], pass.Hidden.Span, 1e-4);
    }

    [Fact]
    public void Run_TextsOfDifferentLength_EachEqualsItsSingleRun()
    {
        int[][] rows = [Text, Text[..3], [2, 3], Text[2..8]];

        var batch = Run(rows);

        for (var row = 0; row < rows.Length; row++)
        {
            var single = Run([rows[row]]);
            AssertNear(single.Logits.Span, batch.Logits.Slice(3 * row, 3).Span, 1e-5);
            AssertNear(single.Hidden.Span, batch.Hidden.Slice(24 * Text.Length * row, 24 * rows[row].Length).Span, 1e-5);
        }
    }

    [Theory]
    [InlineData("layer-norm")]
    [InlineData("bias")]
    [InlineData("all")]
    public void Run_SourceParametersAsInputs_EqualsConstants(string set)
    {
        using var classifier = new OnnxClassifier(_model, ParameterSet.Parse(set));

        var inputs = classifier.Run(new TokenBatch([Text], [Types]), classifier.Source, CancellationToken.None);

        AssertNear(_classifier.Run(new TokenBatch([Text], [Types]), parameters: null, CancellationToken.None).Logits.Span, inputs.Logits.Span, 1e-5);
    }

    [Fact]
    public void Run_MoreTokensThanTheContext_SaysBothNumbers()
    {
        var exception = Assert.Throws<TextException>(() => Run([[.. Enumerable.Repeat(5, 33)]]));

        Assert.Contains("at most 32 tokens at once, special ones included. Given: 33", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_CausalModel_IsRefused()
    {
        using var tiny = TinyTextModel.Gpt2();
        using var model = tiny.Open();

        Assert.Equal(TextError.WrongModel, Assert.Throws<TextException>(() => new OnnxClassifier(model)).Error);
    }

    public void Dispose()
    {
        _classifier.Dispose();
        _model.Dispose();
        _tiny.Dispose();
    }

    private ClassifierPass Run(int[][] rows) => _classifier.Run(new TokenBatch(rows), parameters: null, CancellationToken.None);

    private static void AssertNear(double[] expected, ReadOnlySpan<float> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.InRange(actual[i], expected[i] - tolerance, expected[i] + tolerance);
    }

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance) =>
        AssertNear([.. expected.ToArray().Select(value => (double)value)], actual, tolerance);
}
