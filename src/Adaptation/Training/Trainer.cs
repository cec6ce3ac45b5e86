using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Attune.Adaptation.Network;
using Attune.Recognition.Acoustic;
using TorchSharp;
using static TorchSharp.torch;

namespace Attune.Adaptation.Training;

/// <summary>Trains a model with CTC, from random weights or from a model that is fine-tuned.</summary>
/// <remarks>
/// <para>(1) Resume from the checkpoint, if there is one. Then for each step (2) the next batches, prepared on another thread; (3) their
/// gradients, and the pull towards the source; (4) the optimizer's step; and at intervals (5) a report; (6) validation, keeping the
/// best weights; (7) a checkpoint.</para>
/// <para>A training that is killed at any moment and resumed gives bit for bit the weights of one that was not, on the same kind of
/// machine with the same number of threads. Not thread-safe; the owner disposes it.</para>
/// </remarks>
public sealed class Trainer : IDisposable
{
    /// <summary>Steps in a row whose gradients may be no numbers before training is given up.</summary>
    private const int MaxBadSteps = 20;

    /// <summary>
    /// Steps after which freed memory goes back to the system, where the allocator needs it. Batches differ in shape, and what their tensors leave between others is too
    /// small for the next: with glibc's and without it, resident memory grew by 16 MB a step, to 7 GB in 240 steps; with it, every 20 steps back to 1 GB.
    /// </summary>
    private const int StepsToTrim = 20;

    private readonly TrainingTask _task;
    private readonly TrainingOptions _options;
    private readonly TimeProvider _time;
    private readonly Wav2Vec2Network _network;
    private readonly ParameterTensors _parameters;
    private readonly TrainingOptimizer _optimizer;
    private readonly Validator _validator;
    private readonly TrainingOutput _output;
    private readonly SourcePull? _pull;
    private readonly LearningRateSchedule _schedule;
    private readonly TrainingState _state;
    private IReadOnlyList<ValidationResult> _results = [];

    /// <summary>Copies the source's weights, and reads the checkpoint if the output folder has one.</summary>
    /// <exception cref="TrainingException">The checkpoint belongs to another training, or the output is the source's own folder.</exception>
    /// <exception cref="ArgumentException">The parameter set does not exist, or the adapter has other additions.</exception>
    public Trainer(TrainingTask task, TimeProvider time)
    {
        TorchRuntime.EnsureLoaded();
        _task = task;
        _options = task.Options;
        _time = time;
        set_num_threads(_options.Threads > 0 ? _options.Threads : Environment.ProcessorCount);
        _output = new TrainingOutput(task);
        Precision = FindPrecision();
        _parameters = TrainableParameters.Create(task.Source, task.FineTuning, task.Adapter, _options.Seed);
        _optimizer = new TrainingOptimizer(_parameters, task.Source.Layout, _options.Optimizer, ComputeType);
        _network = new Wav2Vec2Network(task.Source);
        _validator = new Validator(_network, task.Source);
        // Both look at the weights that training starts from, which the checkpoint then replaces.
        foreach (var guard in task.Validation.Where(set => set.IsGuard)) _validator.Remember(guard, _parameters, CancellationToken.None);
        _pull = CreatePull();
        TotalSteps = _options.MaxSteps > 0 ? _options.MaxSteps : CountSteps();
        _schedule = new LearningRateSchedule(_options.Optimizer, TotalSteps);
        var identity = Identify();
        _state = TrainingCheckpoint.Read<TrainingState>(_output.Checkpoint, _parameters, _optimizer, identity) ?? new TrainingState { Identity = identity };
        _state.Precision = Precision;
        TakeLength();
    }

    /// <summary>Steps of the whole training.</summary>
    public int TotalSteps { get; }

    /// <summary>Steps taken, those before resuming included.</summary>
    public int Step => _state.Step;

    /// <summary>Type of the computation, never <see cref="ComputePrecision.Auto"/>: for that what the checkpoint was begun with, or else what suits this machine.</summary>
    public ComputePrecision Precision { get; }

    /// <summary>Number of values that training changes.</summary>
    public long ParameterCount => _parameters.Layout.Length;

    /// <summary>Trains to the end.</summary>
    /// <param name="progress">Told at each report and each validation, on this thread; null for nobody.</param>
    /// <param name="cancellationToken">Ends the training after the current step, with a checkpoint.</param>
    /// <returns>Step and results of the weights that the output folder has.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; the checkpoint is written.</exception>
    /// <exception cref="TrainingException">The gradients are no numbers, step after step.</exception>
    /// <exception cref="IOException">Checkpoint or model cannot be written; what was written before is whole.</exception>
    public TrainingResult Run(IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var report = new TrainingReport(_task, TotalSteps, _time, progress, _output.OpenCurve(_state.Step));
        var gradientStep = new GradientStep(_task, _network, _parameters, ComputeType);
        var badSteps = 0;
        if (_state.Step == 0 && _task.Validation.Count > 0) Validate(report, 0, cancellationToken);

        using var batches = new BatchPrefetcher(_task.Data.From(_state.Next));
        while (_state.Step < TotalSteps && !IsOutOfPatience)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                Save();
                cancellationToken.ThrowIfCancellationRequested();
            }

            var rate = _schedule.At(_state.Step);
            var (loss, norm) = TakeStep(gradientStep, batches, rate, report);
            badSteps = double.IsFinite(norm) ? 0 : badSteps + 1;
            if (badSteps == MaxBadSteps)
                throw new TrainingException($"The gradients of {MaxBadSteps} steps in a row are no numbers. Lower the learning rate.");

            report.Count(loss, norm);
            Finish(report, rate, cancellationToken);
        }

        return new TrainingResult(_task.Validation.Count > 0 ? _state.BestStep : _state.Step, _state.Step, _results);
    }

    public void Dispose()
    {
        _pull?.Dispose();
        _optimizer.Dispose();
        _parameters.Dispose();
        _network.Dispose();
        TorchRuntime.ReturnFreedMemory();
    }

    /// <summary>A copy of the parameters as they are now.</summary>
    internal AdaptableParameters Snapshot() => _parameters.ToParameters(0);

    private bool IsOutOfPatience => _options.Patience > 0 && _state.ValidationsWithoutGain >= _options.Patience;

    private (double Loss, double Norm) TakeStep(GradientStep gradientStep, BatchPrefetcher batches, double rate, TrainingReport report)
    {
        using var scope = NewDisposeScope();
        Tensor? sum = null;
        var loss = 0.0;
        for (var i = 0; i < _options.Accumulation; i++)
        {
            // Not cancelled while waiting: a batch is there in a moment, and a step is taken whole or not at all.
            var batch = batches.Take(CancellationToken.None);
            var (batchLoss, gradients) = gradientStep.Run(batch);
            sum = sum is null ? gradients : sum.Accumulate(gradients);
            loss += batchLoss / _options.Accumulation;
            var seconds = (double)batch.SampleCount / _task.Source.Preprocessing.SampleRateHz;
            _state.SecondsHeard += seconds;
            _state.Next = batch.Position with { Batch = batch.Position.Batch + 1 };
            report.Hear(seconds);
        }

        if (_options.Accumulation > 1)
        {
            using Scalar count = _options.Accumulation;
            sum!.div_(count);
        }

        _pull?.AddGradient(sum!, _parameters.Buffer);
        var norm = _optimizer.Step(sum!, rate);
        _state.Step++;
        _state.OptimizerSteps = _optimizer.Steps;
        return (loss, norm);
    }

    /// <summary>Whatever is due after a step.</summary>
    private void Finish(TrainingReport report, double rate, CancellationToken cancellationToken)
    {
        if (_state.Step % StepsToTrim == 0) TorchRuntime.ReturnFragmentedMemory();
        if (_state.Step % _options.ValidationInterval == 0 || _state.Step == TotalSteps)
        {
            Validate(report, rate, cancellationToken);
            return;
        }

        if (_state.Step % _options.CheckpointInterval == 0) Save();
        if (_state.Step % _options.ReportInterval != 0) return;
        report.StopClock();
        report.Report(_state, rate, _results, isValidation: false);
    }

    private void Validate(TrainingReport report, double rate, CancellationToken cancellationToken)
    {
        report.StopClock();
        if (_task.Validation.Count > 0)
        {
            _results = [.. _task.Validation.Select(set => _validator.Run(set, _parameters, cancellationToken))];
            if (IsBest(_results[0])) SaveBest(_results[0]);
            else _state.ValidationsWithoutGain++;
        }

        SaveLast();
        Save();
        report.Report(_state, rate, _results, isValidation: true);
    }

    private bool IsBest(ValidationResult result)
    {
        if (_state.BestWordErrorRate is not { } best) return true;
        var rate = result.Words.Rate;
        return rate < best || (rate == best && result.Characters.Rate < _state.BestCharacterErrorRate);
    }

    private void SaveBest(ValidationResult result)
    {
        _state.BestWordErrorRate = result.Words.Rate;
        _state.BestCharacterErrorRate = result.Characters.Rate;
        _state.BestStep = _state.Step;
        _state.ValidationsWithoutGain = 0;
        _output.WriteBest(Snapshot(), _parameters.LoraScale, _state, _results);
    }

    private void SaveLast()
    {
        _output.WriteLast(Snapshot(), _parameters.LoraScale, _state, _results);
        if (_task.Validation.Count == 0) _output.WriteBest(Snapshot(), _parameters.LoraScale, _state, _results);
    }

    private void Save() => TrainingCheckpoint.Write(_output.Checkpoint, _parameters, _optimizer, _state);

    private SourcePull? CreatePull()
    {
        if (_task.FineTuning.PullStrength == 0) return null;
        using var scope = NewDisposeScope();
        var importance = _task.Fisher is { } utterances
            ? FisherInformation.Estimate(_network, _task.Source, _parameters, utterances)
            : null;
        return new SourcePull(_parameters.Buffer, importance, _task.FineTuning.PullStrength);
    }

    /// <summary>A resumed training may be longer or shorter than it was begun, as long as no step was taken at a rate that depends on its length.</summary>
    private void TakeLength()
    {
        var isSame = (_state.TotalSteps, _state.PlateauEnd) == (TotalSteps, _schedule.PlateauEnd);
        if (_state.Step > 0 && !isSame && _state.Step > Math.Min(_state.PlateauEnd, _schedule.PlateauEnd))
        {
            throw new TrainingException(FormattableString.Invariant(
                $"The length of a training can change until its learning rate falls. The checkpoint is at step {_state.Step}; its rate falls ")
                + FormattableString.Invariant($"from step {_state.PlateauEnd:0} of {_state.TotalSteps}, and would from step {_schedule.PlateauEnd:0} of {TotalSteps}. ")
                + "Resume with the steps and the start of the decay that it was begun with, or fine-tune its last model.");
        }

        (_state.TotalSteps, _state.PlateauEnd) = (TotalSteps, _schedule.PlateauEnd);
    }

    private ScalarType ComputeType => Precision == ComputePrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;

    private ComputePrecision FindPrecision()
    {
        var begun = _options.Precision == ComputePrecision.Auto ? TrainingCheckpoint.ReadState<TrainingState>(_output.Checkpoint)?.Precision : null;
        return begun is null or ComputePrecision.Auto ? _options.MachinePrecision : begun.Value;
    }

    private int CountSteps()
    {
        var batches = Enumerable.Range(0, _options.Epochs).Sum(epoch => (long)_task.Data.Plan(epoch).Count);
        return (int)Math.Clamp(batches / _options.Accumulation, 1, int.MaxValue);
    }

    /// <summary>What a checkpoint must share with the training that resumes from it but for its length, readable where it must be short and hashed elsewhere.</summary>
    private string Identify()
    {
        var options = JsonSerializer.Serialize(new
        {
            _options.Seed,
            _options.Accumulation,
            Optimizer = new
            {
                _options.Optimizer.Matrices,
                _options.Optimizer.LearningRate,
                _options.Optimizer.WarmUpSteps,
                _options.Optimizer.WeightDecay,
                _options.Optimizer.ClipNorm,
                _options.Optimizer.FirstConvolutionRate,
            },
            _options.SpecAugment,
            _options.Dropout,
            _options.LabelSmoothing,
            ComputeType = Precision.ToString(),
            _task.FineTuning,
            Adapter = _task.Adapter?.Sha256,
            Fisher = _task.Fisher?.Count,
        });
        return $"model {_task.Source.Sha256[..12]}, data {_task.Data.Identity}, options "
            + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(options)))[..12];
    }
}
