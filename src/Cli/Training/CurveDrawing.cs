using Attune.Adaptation.Training;

namespace Attune.Cli.Training;

/// <summary>Draws a training's learning curve, again and again. A picture that cannot be drawn ends no training.</summary>
/// <param name="outputFolder">The training's.</param>
/// <param name="plot">How it is drawn.</param>
/// <param name="note">Told once if it cannot be drawn.</param>
internal sealed class CurveDrawing(string outputFolder, LearningCurvePlot plot, Action<string> note)
{
    private bool _cannotDraw;

    /// <summary>Draws it as it is now.</summary>
    public void Draw()
    {
        if (_cannotDraw) return;
        try
        {
            plot.Write(TrainingPaths.LearningCurve(outputFolder));
        }
        catch (Exception exception) when (exception is IOException or DllNotFoundException or TypeInitializationException)
        {
            _cannotDraw = true;
            note($"attune: the learning curve cannot be drawn: {exception.GetBaseException().Message}");
        }
    }
}
