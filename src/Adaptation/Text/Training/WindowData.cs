using Attune.Adaptation.Training;
using Attune.Text.Inference;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Training;

/// <summary>Windows at random places of a text: plain text as training data.</summary>
public sealed class WindowData : CausalData
{
    private readonly IReadOnlyList<int> _tokens;
    private readonly int _window;

    /// <param name="tokens">The text.</param>
    /// <param name="window">Tokens of a window, at least 2.</param>
    /// <exception cref="TrainingException">The text is shorter than a window.</exception>
    public WindowData(IReadOnlyList<int> tokens, int window)
    {
        if (tokens.Count < window) throw new TrainingException($"The text must have as many tokens as a window, {window}. Given: {tokens.Count}. Give more text.");
        (_tokens, _window) = (tokens, window);
        Identity = TokenHash.Of(tokens);
    }

    public override string Identity { get; }

    public override string Description => $"{_tokens.Count} tokens of text";

    internal override Tensor Loss(Func<TokenBatch, Tensor> forward, int count, int seed, int step)
    {
        var random = SeededRandom.For(seed, "windows", step);
        var batch = new TokenBatch([.. Enumerable.Range(0, count).Select(_ => Window(random.Next(_tokens.Count - _window + 1)))]);
        return NextTokenObjective.Evaluate(forward(batch), batch).mean();
    }

    private int[] Window(int start) => [.. Enumerable.Range(start, _window).Select(i => _tokens[i])];
}
