using Attune.Adaptation.Training;

namespace Attune.Cli.Training;

/// <summary>Shows a training's progress, and draws its learning curve at each validation.</summary>
internal sealed class TrainingReporter(string outputFolder, TrainingScreen screen) : IProgress<TrainingProgress>
{
    private bool _cannotDraw;

    public void Report(TrainingProgress value)
    {
        // Beside a bar, lines that are soon out of date would push away those that stay.
        if (!screen.HasBar || value.IsValidation) screen.WriteNote(ProgressText.Line(value));
        screen.MoveBar(value.Step, value.TotalSteps, ProgressText.Brief(value));
        if (value.IsValidation) Draw();
    }

    /// <summary>Draws the learning curve. A picture that cannot be drawn ends no training.</summary>
    public void Draw()
    {
        if (_cannotDraw) return;
        try
        {
            LearningCurvePlot.Write(TrainingPaths.LearningCurve(outputFolder));
        }
        catch (Exception exception) when (exception is IOException or DllNotFoundException or TypeInitializationException)
        {
            _cannotDraw = true;
            screen.WriteNote($"attune: the learning curve cannot be drawn: {exception.GetBaseException().Message}");
        }
    }
}
