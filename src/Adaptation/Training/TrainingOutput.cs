using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Training;

/// <summary>The files that a training writes.</summary>
internal sealed class TrainingOutput
{
    private readonly TrainingTask _task;
    private readonly string _folder;
    private readonly string _workFolder;

    /// <summary>Makes the folders, and deletes what a killed training left half written.</summary>
    /// <exception cref="TrainingException">The output is the source's own folder.</exception>
    public TrainingOutput(TrainingTask task)
    {
        _task = task;
        _folder = Path.GetFullPath(task.OutputFolder);
        if (Path.TrimEndingDirectorySeparator(_folder) == task.Source.Folder)
            throw new TrainingException($"The output folder must not be the source model's own. Given: {_folder}. Choose another.");
        _workFolder = TrainingPaths.WorkFolder(_folder);
        Directory.CreateDirectory(_workFolder);
        foreach (var folder in new[] { _folder, _workFolder, LastFolder }) SafetensorsWriter.DeleteUnfinished(folder);
    }

    /// <summary>Path of the checkpoint.</summary>
    public string Checkpoint => TrainingPaths.Checkpoint(_folder);

    /// <summary>Opens the learning curve at a step.</summary>
    public LearningCurve OpenCurve(int step) =>
        new(TrainingPaths.LearningCurve(_folder), _task.Validation, step);

    /// <summary>Writes the model that users take.</summary>
    public void WriteBest(AdaptableParameters parameters, float loraScale, TrainingState state, IReadOnlyList<ValidationResult> results) =>
        Write(_folder, parameters, loraScale, state, results);

    /// <summary>Writes the newest model, whether good or not.</summary>
    public void WriteLast(AdaptableParameters parameters, float loraScale, TrainingState state, IReadOnlyList<ValidationResult> results) =>
        Write(LastFolder, parameters, loraScale, state, results);

    private string LastFolder => Path.Combine(_workFolder, "last");

    private void Write(
        string folder, AdaptableParameters parameters, float loraScale, TrainingState state, IReadOnlyList<ValidationResult> results)
    {
        var card = _task.Card.Write(state.Step, TimeSpan.FromSeconds(state.SecondsHeard), results);
        if (_task.FineTuning is { LoraRank: > 0, LoraExport: LoraExport.Adapter } options)
        {
            LoraAdapter.Write(folder, _task.Source, parameters, options, card);
            return;
        }

        var weights = TrainedWeights.Merge(
            _task.Source, parameters, loraScale, _task.Options.SpecAugment.IsOff ? null : TrainableParameters.MaskParameter(_task.Source.Config));
        ModelFolderWriter.Write(folder, _task.Source, weights, card);
    }
}
