using System.Runtime.InteropServices;
using System.Text.Json;
using Attune.Adaptation.Network;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Training;

/// <summary>The file that a training resumes from: parameters, optimizer and state.</summary>
/// <remarks>
/// One safetensors file whose metadata hold the state as JSON: it is replaced by a rename, so that a kill or a full disk leaves the
/// previous one whole, and tensors never belong to another state than the one beside them.
/// </remarks>
internal static class TrainingCheckpoint
{
    private const string StateKey = "training";

    /// <summary>Writes the file.</summary>
    /// <exception cref="IOException">It cannot be written; the previous one is as it was.</exception>
    public static void Write(string path, ParameterTensors parameters, TrainingOptimizer optimizer, ResumableState state) =>
        SafetensorsWriter.Write(
            path,
            [Source("parameters", parameters.Buffer), Source("first", optimizer.First), Source("second", optimizer.Second)],
            new Dictionary<string, string> { ["format"] = "pt", [StateKey] = JsonSerializer.Serialize(state, state.GetType()) });

    /// <summary>What the file says of its training; null if there is no file, or it says nothing.</summary>
    /// <exception cref="ModelException">The file is damaged.</exception>
    public static TState? ReadState<TState>(string path)
        where TState : ResumableState
    {
        if (!File.Exists(path)) return null;
        using var file = SafetensorsFile.Open(path);
        return StateOf<TState>(file);
    }

    /// <summary>Reads the file into parameters and optimizer; null, and nothing changed, if there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parameters">Overwritten.</param>
    /// <param name="optimizer">Overwritten.</param>
    /// <param name="identity">What the training belongs to.</param>
    /// <exception cref="TrainingException">The file belongs to another training.</exception>
    /// <exception cref="ModelException">The file is damaged.</exception>
    public static TState? Read<TState>(string path, ParameterTensors parameters, TrainingOptimizer optimizer, string identity)
        where TState : ResumableState
    {
        if (!File.Exists(path)) return null;
        using var file = SafetensorsFile.Open(path);
        var state = StateOf<TState>(file);
        if (state?.Identity != identity)
        {
            throw new TrainingException(
                $"{path} belongs to another training. It is: {state?.Identity ?? "unknown"}. This one is: {identity}. Use the same model, data "
                + "and options to resume, or another output folder to start anew.");
        }

        Restore(file, "parameters", parameters.Buffer);
        Restore(file, "first", optimizer.First);
        Restore(file, "second", optimizer.Second);
        optimizer.Steps = state.OptimizerSteps;
        return state;
    }

    private static TState? StateOf<TState>(SafetensorsFile file)
        where TState : ResumableState =>
        file.Metadata.TryGetValue(StateKey, out var json) ? JsonSerializer.Deserialize<TState>(json) : null;

    private static TensorSource Source(string name, Tensor buffer) =>
        TensorSource.FromFloats(name, ElementType.F32, [buffer.numel()], () => MemoryMarshal.Cast<byte, float>(buffer.bytes).ToArray());

    private static void Restore(SafetensorsFile file, string name, Tensor buffer) =>
        file.ReadFloats(name).CopyTo(MemoryMarshal.Cast<byte, float>(buffer.bytes));
}
