namespace Attune.Adaptation.Text.Editing;

/// <summary>How many prompts are answered as before.</summary>
/// <param name="Prompts">Prompts asked.</param>
/// <param name="Kept">Those with an equal answer: as many of the most probable tokens as the new object has.</param>
/// <param name="DivergenceNats">Mean Kullback-Leibler divergence of the next token's probabilities, before from after; 0 without prompts.</param>
public sealed record KeptAnswers(int Prompts, int Kept, double DivergenceNats)
{
    /// <summary>Share kept; null without prompts.</summary>
    public double? Share => Prompts == 0 ? null : (double)Kept / Prompts;
}
