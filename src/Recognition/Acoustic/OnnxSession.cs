using System.Runtime.InteropServices;
using Attune.Recognition.Models;
using Microsoft.ML.OnnxRuntime;

namespace Attune.Recognition.Acoustic;

/// <summary>How sessions on a model's weights are opened and run.</summary>
/// <remarks>Thread-safe.</remarks>
internal static class OnnxSession
{
    /// <summary>How a session on a model's weights runs. The caller disposes it.</summary>
    /// <param name="weights">Of the model.</param>
    /// <param name="options">Threads and packing.</param>
    /// <param name="ownThreads">Whether it has threads of its own, beside the caller's, in any case.</param>
    public static SessionOptions CreateOptions(ModelWeights weights, OnnxOptions options, bool ownThreads = false)
    {
        var threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        var shared = OnnxThreads.AreShared(threads) && !ownThreads; // asked before anything else of ONNX Runtime
        var sessionOptions = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            // Adaptable parameters are inputs with defaults on purpose; ONNX Runtime warns about each.
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        if (shared) sessionOptions.DisablePerSessionThreads();
        // Threads that spin while they wait take the cores from libtorch, many times over (microsoft/onnxruntime#13808).
        sessionOptions.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        sessionOptions.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        sessionOptions.AddSessionConfigEntry("session.disable_prepacking", options.PackWeights ? "0" : "1");
        sessionOptions.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", WeightsFolder(weights));
#if CUDA
        sessionOptions.AppendExecutionProvider_CUDA();
#endif
        return sessionOptions;
    }

    /// <summary>Runs a session until it is done or cancelled.</summary>
    /// <param name="session">The session.</param>
    /// <param name="names">Names of the inputs.</param>
    /// <param name="values">Their values; not disposed.</param>
    /// <param name="outputs">Names of the outputs wanted.</param>
    /// <param name="cancellationToken">Ends the pass between two operators.</param>
    /// <returns>The caller disposes.</returns>
    public static IDisposableReadOnlyCollection<OrtValue> Run(
        InferenceSession session,
        IReadOnlyCollection<string> names,
        IReadOnlyCollection<OrtValue> values,
        IReadOnlyCollection<string> outputs,
        CancellationToken cancellationToken)
    {
        try
        {
            using var runOptions = new RunOptions();
            using var registration = cancellationToken.Register(() => runOptions.Terminate = true);
            cancellationToken.ThrowIfCancellationRequested();
            return session.Run(runOptions, names, values, outputs);
        }
        catch (OnnxRuntimeException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The forward pass was cancelled.", exception, cancellationToken);
        }
    }

    /// <summary>An input in the caller's own memory. ONNX Runtime reads inputs only, so memory that must not change may be handed to it.</summary>
    /// <returns>The caller disposes, after the run.</returns>
    public static OrtValue Tensor<T>(ReadOnlyMemory<T> memory, params long[] shape)
        where T : unmanaged =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, MemoryMarshal.AsMemory(memory), shape);

    /// <summary>The one folder that ONNX Runtime may read weights from.</summary>
    private static string WeightsFolder(ModelWeights weights)
    {
        var folders = weights.Files.Select(file => Path.GetDirectoryName(file.Path)!).Distinct(StringComparer.Ordinal).ToArray();
        return folders.Length == 1
            ? folders[0]
            : throw new ModelException(
                ModelError.UnsupportedFeature,
                $"The files of a model must lie in one folder after links are followed. Given: {string.Join(", ", folders)}.");
    }
}
