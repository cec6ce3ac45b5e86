using Attune.Adaptation.Training;

namespace Attune.Cli.Training;

/// <summary>Shows a training's progress, and draws its learning curve at each validation.</summary>
internal sealed class TrainingReporter(string outputFolder, TrainingScreen screen) : IProgress<TrainingProgress>
{
    private readonly CurveDrawing _drawing = new(outputFolder, LearningCurvePlot.Speech, screen.WriteNote);

    public void Report(TrainingProgress value)
    {
        // Beside a bar, lines that are soon out of date would push away those that stay.
        if (!screen.HasBar || value.IsValidation) screen.WriteNote(ProgressText.Line(value));
        screen.MoveBar(value.Step, value.TotalSteps, ProgressText.Brief(value));
        if (value.IsValidation) Draw();
    }

    /// <summary>Draws the learning curve.</summary>
    public void Draw() => _drawing.Draw();
}
