namespace Attune.Adaptation.Training;

/// <summary>Where a training keeps its files in the output folder, which itself is the best model.</summary>
public static class TrainingPaths
{
    /// <summary>Folder of everything that is not the best model.</summary>
    public static string WorkFolder(string outputFolder) => Path.Combine(outputFolder, "training");

    /// <summary>The file that a training resumes from.</summary>
    public static string Checkpoint(string outputFolder) => Path.Combine(WorkFolder(outputFolder), "checkpoint.safetensors");

    /// <summary>One row for each report.</summary>
    public static string LearningCurve(string outputFolder) => Path.Combine(WorkFolder(outputFolder), "learning-curve.csv");
}
