namespace Attune.Text.Scoring;

/// <summary>How probable a model finds one token of a text.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Text">What it stands for; U+FFFD where it is part of a character.</param>
/// <param name="LogProbability">Natural logarithm of its probability after the tokens before it.</param>
public sealed record ScoredToken(int Token, string Text, double LogProbability);

/// <summary>How probable a causal model finds a text.</summary>
/// <param name="Tokens">Every token of it.</param>
/// <param name="Bytes">Length of the text in UTF-8.</param>
public sealed record TextScore(IReadOnlyList<ScoredToken> Tokens, int Bytes)
{
    /// <summary>Natural logarithm of the probability of the whole text.</summary>
    public double LogProbability { get; } = Tokens.Sum(token => token.LogProbability);

    /// <summary>Bits that the model needs for a byte of the text: comparable between models of different vocabularies.</summary>
    public double BitsPerByte => -LogProbability / Math.Log(2) / Bytes;
}
