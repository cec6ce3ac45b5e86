using Attune.Cli.Training;

namespace Attune.Cli.Texts;

/// <summary>What <c>attune text finetune</c> alone was told.</summary>
/// <param name="Data">Path of what is learnt.</param>
/// <param name="Model">Folder of the model to start from.</param>
/// <param name="Validation">Path of what decides; null for nothing.</param>
/// <param name="Guard">Path of what must not be forgotten; null for nothing.</param>
/// <param name="OwnTexts">Texts that the source writes and that are replayed.</param>
/// <param name="Beta">Of preferences.</param>
/// <param name="SkipInvalid">Whether bad lines are left out.</param>
/// <param name="FineTuning">What changes, and what keeps it from forgetting.</param>
internal sealed record TextFineTuneSettings(
    string Data, string Model, string? Validation, string? Guard, int OwnTexts, double Beta, bool SkipInvalid, FineTuningChoice FineTuning);
