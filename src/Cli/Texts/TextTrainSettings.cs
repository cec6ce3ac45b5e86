using Attune.Adaptation.Text.Training;

namespace Attune.Cli.Texts;

/// <summary>What <c>attune text train</c> alone was told.</summary>
/// <param name="Texts">Paths of the texts.</param>
/// <param name="Merges">Most merges of the new tokenizer.</param>
/// <param name="Shape">Shape of the new model.</param>
/// <param name="HeldBack">Share of each text that is held back.</param>
internal sealed record TextTrainSettings(IReadOnlyList<string> Texts, int Merges, CausalShape Shape, double HeldBack);
