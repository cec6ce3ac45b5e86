namespace Attune.Adaptation.Training;

/// <summary>Linear warm-up, a plateau, and linear decay to zero.</summary>
/// <param name="options">Highest rate, length of the warm-up, start of the decay.</param>
/// <param name="totalSteps">Steps of the whole training, at least 1.</param>
public sealed class LearningRateSchedule(OptimizerOptions options, int totalSteps)
{
    /// <summary>The first step of the decay. Until then the rates do not depend on the length of the training.</summary>
    public double PlateauEnd { get; } = Math.Max(options.DecayStart * totalSteps, Math.Min(options.WarmUpSteps, totalSteps - 1));

    /// <summary>The rate of a step, counted from 0. The step after the last would have rate 0.</summary>
    public double At(int step)
    {
        var rise = options.WarmUpSteps == 0 ? 1 : Math.Min(1, (step + 1.0) / options.WarmUpSteps);
        var fall = step < PlateauEnd ? 1 : Math.Max(0, (totalSteps - step) / (totalSteps - PlateauEnd));
        return options.LearningRate * rise * fall;
    }
}
