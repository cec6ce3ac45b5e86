using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Attune.Adaptation.Network;
using Attune.Adaptation.Training;
using Attune.Recognition.Models;
using Attune.Text.Inference;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Training;

/// <summary>Trains a GPT-2, from random weights or from a model that is fine-tuned.</summary>
/// <remarks>
/// <para>(1) Take what data and measures need of the source model; (2) resume from the checkpoint, if there is one. Then for each step (3) the loss of the data's
/// batch and of the replay's, their gradients, and the pull towards the source; (4) the optimizer's step; and at intervals (5) validation, keeping the best
/// weights, a row of the learning curve, and a checkpoint.</para>
/// <para>A training that is stopped and resumed gives the weights of one that was not. Everything is computed in float32. Not thread-safe; the owner
/// disposes it.</para>
/// </remarks>
public sealed class CausalTrainer : IDisposable
{
    /// <summary>Steps in a row whose gradients may be no numbers before training is given up.</summary>
    private const int MaxBadSteps = 20;

    private readonly CausalTrainingTask _task;
    private readonly CausalTrainingOptions _options;
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly Gpt2Network _network;
    private readonly ParameterTensors _parameters;
    private readonly TrainingOptimizer _optimizer;
    private readonly SourcePull? _pull;
    private readonly LearningRateSchedule _schedule;
    private readonly CausalTrainingState _state;
    private long _tokens;

    /// <summary>Copies the source's weights, and reads the checkpoint if the output folder has one.</summary>
    /// <param name="task">What to train, on what, and how.</param>
    /// <param name="time">Clock of the reports.</param>
    /// <exception cref="TrainingException">The checkpoint belongs to another training, or the folder is the source's own.</exception>
    /// <exception cref="ArgumentException">The parameter set does not exist, or the adapter has other additions.</exception>
    public CausalTrainer(CausalTrainingTask task, TimeProvider time)
    {
        TorchRuntime.EnsureLoaded();
        (_task, _options, _folder, _time) = (task, task.Options, Path.GetFullPath(task.OutputFolder), time);
        if (Path.TrimEndingDirectorySeparator(_folder) == task.Source.Folder)
            throw new TrainingException($"The output folder must not be the source model's own. Given: {_folder}. Choose another.");
        Directory.CreateDirectory(TrainingPaths.WorkFolder(_folder));
        foreach (var folder in new[] { _folder, TrainingPaths.WorkFolder(_folder) }) SafetensorsWriter.DeleteUnfinished(folder);
        set_num_threads(_options.Threads > 0 ? _options.Threads : Environment.ProcessorCount);
        _parameters = TrainableParameters.Create(task.Source, task.FineTuning, task.Adapter, _options.Seed);
        _optimizer = new TrainingOptimizer(_parameters, layout: null, _options.Optimizer, ScalarType.Float32);
        _schedule = new LearningRateSchedule(_options.Optimizer, _options.Steps);
        _network = new Gpt2Network(task.Source);
        task.Data.Prepare(_network);
        task.Replay?.Prepare(_network);
        foreach (var set in task.Validation) set.Prepare(_network);
        _pull = CreatePull(); // towards the weights that training starts from, which the checkpoint then replaces
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
    /// <returns>Step of the weights that the output folder has, and their loss on the set that decides; null without one.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; the checkpoint is written.</exception>
    /// <exception cref="TrainingException">The gradients are no numbers, step after step.</exception>
    /// <exception cref="IOException">Checkpoint or model cannot be written; what was written before is whole.</exception>
    public (int Step, double? Loss) Run(IProgress<CausalProgress>? progress, CancellationToken cancellationToken)
    {
        var curve = new CurveFile(
            TrainingPaths.LearningCurve(_folder),
            ["learning_rate", "loss", "gradient_norm", "tokens_per_second", .. _task.Validation.SelectMany(set => set.Columns.Select(column => $"{set.Name} {column}"))],
            _state.Step);
        var (losses, norms, rate, counted, badSteps, started) = (0.0, 0.0, 0.0, 0, 0, _time.GetTimestamp());
        if (_state.Step == 0) Validate();
        while (_state.Step < _options.Steps)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                Save();
                cancellationToken.ThrowIfCancellationRequested();
            }

            rate = _schedule.At(_state.Step);
            var (loss, norm) = TakeStep(rate);
            (losses, norms, counted) = (losses + loss, norms + norm, counted + 1);
            badSteps = double.IsFinite(norm) ? 0 : badSteps + 1;
            if (badSteps == MaxBadSteps)
                throw new TrainingException($"The gradients of {MaxBadSteps} steps in a row are no numbers. Lower the learning rate.");
            if (_state.Step % _options.ValidationInterval == 0 || _state.Step == _options.Steps) Validate();
        }

        return (_state.BestStep, _state.BestLoss);

        void Validate()
        {
            var seconds = _time.GetElapsedTime(started).TotalSeconds;
            CausalFigures[] figures = [.. _task.Validation.Select(set => set.Measure(_network, _parameters))];
            Keep(figures);
            Save();
            TorchRuntime.ReturnFreedMemory();
            var report = counted == 0
                ? new CausalProgress(_state.Step, _options.Steps, double.NaN, double.NaN, 0, double.NaN, figures)
                : new CausalProgress(_state.Step, _options.Steps, losses / counted, norms / counted, rate, _tokens / seconds, figures);
            curve.Add(
                report.Step,
                [report.LearningRate, report.Loss, report.GradientNorm, report.TokensPerSecond, .. figures.SelectMany(Values)]);
            progress?.Report(report);
            (losses, norms, counted, _tokens, started) = (0, 0, 0, 0, _time.GetTimestamp());
        }
    }

    public void Dispose()
    {
        _pull?.Dispose();
        _optimizer.Dispose();
        _parameters.Dispose();
        _network.Dispose();
        TorchRuntime.ReturnFreedMemory();
    }

    private (double Loss, double Norm) TakeStep(double rate)
    {
        using var scope = NewDisposeScope();
        var loss = _task.Data.Loss(Forward, _options.BatchSize, _options.Seed, _state.Step);
        if (_task.Replay is { } replay)
        {
            var count = Math.Max(1, (int)Math.Round(_options.BatchSize * _task.ReplayRatio));
            loss = loss.Plus(replay.Loss(Forward, count, _options.Seed, _state.Step).Times(_task.ReplayRatio));
        }

        var gradients = _parameters.Gradients(loss);
        _pull?.AddGradient(gradients, _parameters.Buffer);
        var norm = _optimizer.Step(gradients, rate);
        _state.Step++;
        _state.OptimizerSteps = _optimizer.Steps;
        return (loss.item<float>(), norm);

        Tensor Forward(TokenBatch batch)
        {
            _tokens += batch.Lengths.Sum();
            return _network.Forward(_parameters, batch);
        }
    }

    /// <summary>Writes the weights if they are the best so far, or if nothing decides.</summary>
    private void Keep(CausalFigures[] figures)
    {
        var deciding = _task.Validation.Index().FirstOrDefault(set => !set.Item.IsGuard, (-1, null!)).Index;
        if (deciding >= 0)
        {
            if (_state.BestLoss is { } best && !(figures[deciding].Loss < best)) return; // so that what is no number is never better
            _state.BestLoss = figures[deciding].Loss;
        }

        _state.BestStep = _state.Step;
        var trained = _parameters.ToParameters(0);
        var card = _task.Card?.Write(_state.Step, [_task.Data.Description, .. _task.Replay is { } replay ? new[] { $"replayed: {replay.Description}" } : []], figures);
        if (_task.FineTuning is { LoraRank: > 0, LoraExport: LoraExport.Adapter } options)
        {
            LoraAdapter.Write(_folder, _task.Source, trained, options, card ?? "");
            return;
        }

        var weights = TrainedWeights.Merge(_task.Source, trained, _parameters.LoraScale);
        ModelFolderWriter.Write(_folder, _task.Source, weights, card, new Dictionary<string, string> { ["format"] = "pt" });
    }

    private void Save() => TrainingCheckpoint.Write(TrainingPaths.Checkpoint(_folder), _parameters, _optimizer, _state);

    private SourcePull? CreatePull()
    {
        if (_task.FineTuning.PullStrength == 0) return null;
        using var scope = NewDisposeScope();
        var importance = _task.Fisher is { } examples ? FisherInformation.Estimate(_parameters, examples.Select(example => (Func<Tensor>)(() => Surprise(example)))) : null;
        return new SourcePull(_parameters.Buffer, importance, _task.FineTuning.PullStrength);

        Tensor Surprise(CausalExample example)
        {
            var batch = new TokenBatch([example.Tokens]);
            return NextTokenObjective.LogProbabilities(_network.Forward(_parameters, batch), batch, [example.From]).sum().neg();
        }
    }

    private string Identify()
    {
        var options = JsonSerializer.Serialize(new
        {
            Training = _options with { Threads = 0, ValidationInterval = 1 },
            _task.FineTuning,
            _task.ReplayRatio,
            Adapter = _task.Adapter?.Sha256,
            Fisher = _task.Fisher is { } examples ? TokenHash.Of(examples) : null,
        });
        return $"model {_task.Source.Sha256[..12]}, data {_task.Data.Identity}, replay {_task.Replay?.Identity ?? "none"}, options "
            + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(options)))[..12];
    }

    private static IEnumerable<double> Values(CausalFigures figures) =>
        new[] { figures.Loss, figures.Accuracy, figures.DivergenceNats }.OfType<double>();
}
