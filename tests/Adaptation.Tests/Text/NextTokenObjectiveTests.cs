using Attune.Adaptation.Text;
using Attune.Text.Inference;
using TorchSharp;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Text;

public sealed class NextTokenObjectiveTests : IDisposable
{
    /// <summary>Two texts of a vocabulary of two tokens; after each token the next is 0 with probability 1/4, but after the very first with 1/2.</summary>
    private readonly TokenBatch _batch = new([[0, 1, 0, 0], [1, 1]]);

    private readonly DisposeScope _scope;
    private readonly Tensor _logits;

    public NextTokenObjectiveTests()
    {
        TorchRuntime.EnsureLoaded();
        _scope = NewDisposeScope();
        var later = MathF.Log(3);
        _logits = tensor(new[] { 0, 0, 0, later, 0, later, 0, later, 0, 0, 0, later, 5, 7, 8, 9 }, [2, 4, 2]);
    }

    [Fact]
    public void Evaluate_TwoTexts_IsTheMeanOverTheirTokens()
    {
        var losses = NextTokenObjective.Evaluate(_logits, _batch).data<float>().ToArray();

        Assert.Equal((Math.Log(2) + Math.Log(4) + Math.Log(4)) / 3, losses[0], 5);
        Assert.Equal(Math.Log(2), losses[1], 5);
    }

    [Fact]
    public void Evaluate_FromALaterToken_LeavesTheOthersOut() =>
        Assert.Equal(Math.Log(4), NextTokenObjective.Evaluate(_logits, _batch, from: [2, 1])[0].item<float>(), 5);

    [Fact]
    public void LogProbabilities_Padding_IsZero()
    {
        var values = NextTokenObjective.LogProbabilities(_logits, _batch).data<float>().ToArray();

        Assert.Equal([-Math.Log(2), -Math.Log(4), -Math.Log(4), -Math.Log(2), 0, 0], values.Select(value => Math.Round(value, 5)).ToArray(), (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Evaluate_NoTokenThatCounts_SaysTheRule(int from)
    {
        var exception = Assert.Throws<ArgumentException>(() => NextTokenObjective.Evaluate(_logits, _batch, [from, 1]));

        Assert.Contains($"A text of 4 tokens needs one from number 1 on that counts. Given: from {from}.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LabelObjective_Labels_AreNegativeLogProbabilities()
    {
        var losses = LabelObjective.Evaluate(tensor(new[] { 0f, MathF.Log(3), 1f, 1f }, [2, 2]), [0, 1]).data<float>().ToArray();

        Assert.Equal(Math.Log(4), losses[0], 5);
        Assert.Equal(Math.Log(2), losses[1], 5);
    }

    public void Dispose() => _scope.Dispose();
}
