namespace Attune.Adaptation.Text.Editing;

/// <summary>Where in a prompt and in a model the answer to the prompt comes from.</summary>
/// <param name="Kind">What was restored.</param>
/// <param name="Tokens">The prompt's tokens as text.</param>
/// <param name="SubjectStart">Index of the subject's first token.</param>
/// <param name="SubjectEnd">Index of its last.</param>
/// <param name="Answer">The token that the model finds most probable after the prompt.</param>
/// <param name="Clean">Its probability.</param>
/// <param name="Corrupted">Its probability where the subject is noise, a mean over samples.</param>
/// <param name="Restored">
/// For each token and layer, its probability where the subject is noise but this activation is as in the clean run. What it has more than
/// <paramref name="Corrupted"/> is the activation's indirect effect.
/// </param>
public sealed record CausalTrace(
    TraceKind Kind,
    IReadOnlyList<string> Tokens,
    int SubjectStart,
    int SubjectEnd,
    string Answer,
    double Clean,
    double Corrupted,
    IReadOnlyList<IReadOnlyList<double>> Restored)
{
    /// <summary>The layer with the largest effect at the subject's last token.</summary>
    public int SubjectLayer => Restored[SubjectEnd].Index().MaxBy(layer => layer.Item).Index;
}
