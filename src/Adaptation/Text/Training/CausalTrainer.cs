using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Attune.Adaptation.Network;
using Attune.Adaptation.Training;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using Attune.Text.Inference;
using Attune.Text.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Training;

/// <summary>Trains a GPT-2 to predict the next token, from random weights or from a trained model.</summary>
/// <remarks>
/// <para>(1) Resume from the checkpoint, if there is one. Then for each step (2) windows at random places of the text; (3) their gradients; (4) the optimizer's
/// step; and at intervals (5) bits per byte of the held-back text, keeping the best weights, and a checkpoint.</para>
/// <para>A training that is stopped and resumed gives the weights of one that was not. All parameters are trained, in float32. Not thread-safe; the owner
/// disposes it.</para>
/// </remarks>
public sealed class CausalTrainer : IDisposable
{
    /// <summary>Steps in a row whose gradients may be no numbers before training is given up.</summary>
    private const int MaxBadSteps = 20;

    private readonly TextModel _source;
    private readonly TextCorpus _corpus;
    private readonly CausalTrainingOptions _options;
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly Gpt2Network _network;
    private readonly ParameterTensors _parameters;
    private readonly TrainingOptimizer _optimizer;
    private readonly LearningRateSchedule _schedule;
    private readonly CausalTrainingState _state;
    private readonly int _window;

    /// <summary>Copies the source's weights, and reads the checkpoint if the output folder has one.</summary>
    /// <param name="source">The model that training starts from; stays open until the end. Not disposed.</param>
    /// <param name="corpus">Text, in this model's tokens.</param>
    /// <param name="options">How.</param>
    /// <param name="folder">Where the model is written; not the source's own.</param>
    /// <param name="time">Clock of the reports.</param>
    /// <exception cref="TrainingException">The checkpoint belongs to another training, the text is shorter than a window, or the folder is the source's own.</exception>
    public CausalTrainer(TextModel source, TextCorpus corpus, CausalTrainingOptions options, string folder, TimeProvider time)
    {
        TorchRuntime.EnsureLoaded();
        (_source, _corpus, _options, _folder, _time) = (source, corpus, options, Path.GetFullPath(folder), time);
        if (Path.TrimEndingDirectorySeparator(_folder) == source.Folder)
            throw new TrainingException($"The output folder must not be the source model's own. Given: {_folder}. Choose another.");
        _window = Math.Min(options.WindowTokens, source.Config.ContextLength);
        if (corpus.Training.Count < _window)
            throw new TrainingException($"The text must have as many tokens as a window, {_window}. Given: {corpus.Training.Count}. Give more text.");

        Directory.CreateDirectory(TrainingPaths.WorkFolder(_folder));
        set_num_threads(options.Threads > 0 ? options.Threads : Environment.ProcessorCount);
        _network = new Gpt2Network(source);
        _parameters = new ParameterTensors(source.Source(ParameterSet.Parse("all")));
        _optimizer = new TrainingOptimizer(_parameters, layout: null, options.Optimizer, ScalarType.Float32);
        _schedule = new LearningRateSchedule(options.Optimizer, options.Steps);
        var identity = Identify();
        _state = TrainingCheckpoint.Read<CausalTrainingState>(TrainingPaths.Checkpoint(_folder), _parameters, _optimizer, identity)
            ?? new CausalTrainingState { Identity = identity };
    }

    /// <summary>Steps taken, those before resuming included.</summary>
    public int Step => _state.Step;

    /// <summary>Number of values that training changes.</summary>
    public long ParameterCount => _parameters.Layout.Length;

    /// <summary>Trains to the end.</summary>
    /// <param name="progress">Told at each validation, on this thread; null for nobody.</param>
    /// <param name="cancellationToken">Ends the training after the current step, with a checkpoint.</param>
    /// <returns>Step and bits per byte of the weights that the output folder has.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; the checkpoint is written.</exception>
    /// <exception cref="TrainingException">The gradients are no numbers, step after step.</exception>
    /// <exception cref="IOException">Checkpoint or model cannot be written; what was written before is whole.</exception>
    public (int Step, double BitsPerByte) Run(IProgress<CausalProgress>? progress, CancellationToken cancellationToken)
    {
        var (losses, counted, badSteps, started) = (0.0, 0, 0, _time.GetTimestamp());
        if (_state.Step == 0) Validate();
        while (_state.Step < _options.Steps)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                Save();
                cancellationToken.ThrowIfCancellationRequested();
            }

            var (loss, norm) = TakeStep();
            (losses, counted) = (losses + loss, counted + 1);
            badSteps = double.IsFinite(norm) ? 0 : badSteps + 1;
            if (badSteps == MaxBadSteps)
                throw new TrainingException($"The gradients of {MaxBadSteps} steps in a row are no numbers. Lower the learning rate.");
            if (_state.Step % _options.ValidationInterval == 0 || _state.Step == _options.Steps) Validate();
        }

        return (_state.BestStep, _state.BestBitsPerByte!.Value);

        void Validate()
        {
            var seconds = _time.GetElapsedTime(started).TotalSeconds;
            var bits = BitsPerByte();
            if (_state.BestBitsPerByte is not { } best || bits < best)
            {
                (_state.BestBitsPerByte, _state.BestStep) = (bits, _state.Step);
                Write();
            }

            Save();
            TorchRuntime.ReturnFreedMemory();
            progress?.Report(new(_state.Step, counted == 0 ? double.NaN : losses / counted, bits, counted == 0 ? double.NaN : counted * _options.BatchSize * _window / seconds));
            (losses, counted, started) = (0, 0, _time.GetTimestamp());
        }
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _parameters.Dispose();
        _network.Dispose();
        TorchRuntime.ReturnFreedMemory();
    }

    private (double Loss, double Norm) TakeStep()
    {
        using var scope = NewDisposeScope();
        var random = SeededRandom.For(_options.Seed, "windows", _state.Step);
        var batch = new TokenBatch([.. Enumerable.Range(0, _options.BatchSize).Select(_ => Window(_corpus.Training, random.Next(_corpus.Training.Count - _window + 1), _window))]);
        var loss = NextTokenObjective.Evaluate(_network.Forward(_parameters, batch), batch).mean();
        var norm = _optimizer.Step(_parameters.Gradients(loss), _schedule.At(_state.Step));
        _state.Step++;
        _state.OptimizerSteps = _optimizer.Steps;
        return (loss.item<float>(), norm);
    }

    /// <summary>
    /// Bits per byte of the held-back text. It is read in windows of the model's context that have one token in common, so that each token but the first is
    /// predicted once.
    /// </summary>
    private double BitsPerByte()
    {
        using var noGradients = no_grad();
        var (tokens, context, sum) = (_corpus.Validation, _source.Config.ContextLength, 0.0);
        for (var start = 0; start + 1 < tokens.Count; start += context - 1)
        {
            using var scope = NewDisposeScope();
            var batch = new TokenBatch([Window(tokens, start, Math.Min(context, tokens.Count - start))]);
            sum -= NextTokenObjective.LogProbabilities(_network.Forward(_parameters, batch), batch).sum().item<float>();
        }

        return sum / Math.Log(2) / _corpus.ValidationBytes;
    }

    private void Write()
    {
        var trained = _parameters.ToParameters(0);
        ModelFolderWriter.CopyDescription(_source.Folder, _folder);
        SafetensorsWriter.Write(
            Path.Combine(_folder, "model.safetensors"),
            [.. trained.Layout.Slices.Select(slice => TensorSource.FromFloats(slice.Parameter.Name, ElementType.F32, slice.Parameter.Shape, () => trained[slice]))],
            new Dictionary<string, string> { ["format"] = "pt" });
    }

    private void Save() => TrainingCheckpoint.Write(TrainingPaths.Checkpoint(_folder), _parameters, _optimizer, _state);

    private string Identify()
    {
        var options = JsonSerializer.Serialize(_options with { Threads = 0, ValidationInterval = 1 });
        return $"model {_source.Sha256[..12]}, data {_corpus.Identity}, options {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(options)))[..12]}";
    }

    private static int[] Window(IReadOnlyList<int> tokens, int start, int count) => [.. Enumerable.Range(start, count).Select(i => tokens[i])];
}
