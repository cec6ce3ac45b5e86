namespace Attune.Adaptation.Training;

/// <summary>Sums up what happens between two reports, and passes it to the learning curve and to whoever watches.</summary>
internal sealed class TrainingReport(
    TrainingTask task, int totalSteps, TimeProvider time, IProgress<TrainingProgress>? progress, LearningCurve curve)
{
    private long _started = time.GetTimestamp();
    private double _seconds;
    private double _loss;
    private double _norm;
    private int _steps;
    private double _throughput = double.NaN;
    private TimeSpan _stepTime;

    /// <summary>Adds audio that was trained on.</summary>
    public void Hear(double seconds) => _seconds += seconds;

    /// <summary>Adds a step.</summary>
    public void Count(double loss, double norm)
    {
        _loss += loss;
        _norm += norm;
        _steps++;
    }

    /// <summary>Takes the time, before something that is no training; it runs again from the next report on.</summary>
    public void StopClock()
    {
        var elapsed = time.GetElapsedTime(_started);
        if (elapsed <= TimeSpan.Zero || _steps == 0) return;
        _throughput = _seconds / elapsed.TotalSeconds;
        _stepTime = elapsed / _steps;
    }

    /// <summary>Reports what happened since the last time. The clock must have been stopped.</summary>
    public void Report(TrainingState state, double learningRate, IReadOnlyList<ValidationResult> results, bool isValidation)
    {
        var report = new TrainingProgress
        {
            Step = state.Step,
            TotalSteps = totalSteps,
            Epoch = state.Next.Epoch,
            Loss = _steps == 0 ? double.NaN : _loss / _steps,
            GradientNorm = _steps == 0 ? double.NaN : _norm / _steps,
            LearningRate = learningRate,
            Heard = TimeSpan.FromSeconds(state.SecondsHeard),
            Throughput = _throughput,
            Remaining = _stepTime * (totalSteps - state.Step),
            Validation = results,
            IsValidation = isValidation && task.Validation.Count > 0,
        };
        curve.Add(report);
        progress?.Report(report);
        (_seconds, _loss, _norm, _steps) = (0, 0, 0, 0);
        _started = time.GetTimestamp();
    }
}
