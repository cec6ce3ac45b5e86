using Attune.Adaptation.Training;
using Attune.Recognition.Models;

namespace Attune.Cli.Training;

/// <summary>The folder <c>initial</c> of a new model's output: random weights, which training starts and resumes from.</summary>
internal static class InitialModel
{
    /// <summary>Recordings that equalise the bands of the first convolution.</summary>
    private const int Recordings = 32;

    private static readonly string[] Description = ["config.json", "vocab.json", "preprocessor_config.json"];

    /// <summary>Opens the model, written anew unless there is a checkpoint that goes on from it. The caller disposes.</summary>
    /// <exception cref="TrainingException">The checkpoint was started with another configuration.</exception>
    /// <exception cref="ModelException">The configuration cannot be used.</exception>
    public static Model Open(TrainingSettings settings)
    {
        var folder = FolderOf(settings);
        if (IsResumed(settings)) CheckSame(settings.Config!, folder);
        else ModelInitializer.Write(settings.Config!, folder, settings.Options.Seed, []);
        return Model.Open(folder);
    }

    /// <summary>Fits the first convolution to recordings, unless training is resumed.</summary>
    /// <param name="model">What <see cref="Open"/> gave; disposed if it is replaced.</param>
    /// <param name="settings">The same.</param>
    /// <param name="utterances">Recordings, of which some are taken.</param>
    public static Model Fit(Model model, TrainingSettings settings, IReadOnlyList<TrainingUtterance> utterances)
    {
        if (IsResumed(settings)) return model;
        var every = Math.Max(1, utterances.Count / Recordings);
        var waveforms = utterances
            .Where((_, i) => i % every == 0)
            .Take(Recordings)
            .Select(utterance => (ReadOnlyMemory<float>)model.Preprocessing.Apply(utterance.ToFloats()))
            .ToList();
        model.Dispose();
        ModelInitializer.Write(settings.Config!, FolderOf(settings), settings.Options.Seed, waveforms);
        return Model.Open(FolderOf(settings));
    }

    private static string FolderOf(TrainingSettings settings) => Path.Combine(settings.Output, "initial");

    private static bool IsResumed(TrainingSettings settings) => File.Exists(TrainingPaths.Checkpoint(settings.Output));

    private static void CheckSame(string config, string folder)
    {
        foreach (var name in Description)
        {
            if (File.ReadAllText(Path.Combine(config, name)) != File.ReadAllText(Path.Combine(folder, name)))
                throw new TrainingException($"{name} of {config} differs from that of {folder}, which the checkpoint belongs to. Choose another output folder, or --restart.");
        }
    }
}
