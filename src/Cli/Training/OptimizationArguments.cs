using System.CommandLine;
using Attune.Adaptation;
using Attune.Adaptation.Training;

namespace Attune.Cli.Training;

/// <summary>Options for how weights are learnt: length, optimizer, masks, intervals.</summary>
internal sealed class OptimizationArguments
{
    private readonly OptionSet<TrainingOptions> _training = new OptionSet<TrainingOptions>()
        .Number<int>("--epochs", "N", nameof(TrainingOptions.Epochs), "Times that the data is gone through.")
        .Number<int>("--steps", "N", nameof(TrainingOptions.MaxSteps), "Optimizer steps in place of --epochs; 0 for as many as the epochs have. Until the rate falls, a training may be resumed with more or fewer.")
        .Number<int>("--accumulate", "N", nameof(TrainingOptions.Accumulation), "Batches whose gradients are averaged for one step.")
        .Number<double>("--dropout", "SHARE", nameof(TrainingOptions.Dropout), "Share of values zeroed.")
        .Number<double>("--label-smoothing", "WEIGHT", nameof(TrainingOptions.LabelSmoothing), "Weight of the divergence from the uniform distribution.")
        .Choice<ComputePrecision>("--precision", nameof(TrainingOptions.Precision), "Type of the computation; auto is bfloat16 where the processor is faster with it.")
        .Number<int>("--threads", "N", nameof(TrainingOptions.Threads), "Threads of libtorch; 0 for one per processor. Resuming bit for bit needs the same number.")
        .Number<int>("--seed", "N", nameof(TrainingOptions.Seed), "Decides order, augmentation, masks, dropout and initial weights.")
        .Number<int>("--report-every", "STEPS", nameof(TrainingOptions.ReportInterval), "Steps between two reports and rows of the learning curve.")
        .Number<int>("--validate-every", "STEPS", nameof(TrainingOptions.ValidationInterval), "Steps between two validations; there is one at the end in any case.")
        .Number<int>("--checkpoint-every", "STEPS", nameof(TrainingOptions.CheckpointInterval), "Steps between two checkpoints; there is one after each validation in any case.")
        .Number<int>("--patience", "N", nameof(TrainingOptions.Patience), "Validations in a row without fewer word errors after which training ends; 0 for never.");

    private readonly OptionSet<OptimizerOptions> _optimizer = new OptionSet<OptimizerOptions>()
        .Choice<MatrixOptimizer>("--optimizer", nameof(OptimizerOptions.Matrices), "What moves weight matrices. Muon learns a new model in fewer steps.")
        .Number<double>("--learning-rate", "RATE", nameof(OptimizerOptions.LearningRate), "Highest step size; 1.5e-3 suits Muon.")
        .Number<int>("--warmup", "STEPS", nameof(OptimizerOptions.WarmUpSteps), "Steps in which the rate rises to its highest.")
        .Number<double>("--decay-start", "SHARE", nameof(OptimizerOptions.DecayStart), "Share of the training after which the rate falls, to 0 at the end.")
        .Number<double>("--weight-decay", "SHARE", nameof(OptimizerOptions.WeightDecay), "Share of itself, times the rate, that a matrix loses with each step; 0.1 suits Muon.")
        .Number<double>("--clip", "NORM", nameof(OptimizerOptions.ClipNorm), "Gradients with a larger norm are scaled down to it.")
        .Number<double>("--first-convolution-rate", "SHARE", nameof(OptimizerOptions.FirstConvolutionRate), "Share of the rate for the first convolution.");

    private readonly OptionSet<SpecAugmentOptions> _masks = new OptionSet<SpecAugmentOptions>()
        .Number<double>("--mask-time-prob", "SHARE", nameof(SpecAugmentOptions.MaskTimeProbability), "mask_time_prob: share of frames that masks would cover if they did not overlap.")
        .Number<int>("--mask-time-length", "FRAMES", nameof(SpecAugmentOptions.MaskTimeLength), "mask_time_length: frames of one mask.")
        .Number<int>("--mask-time-min-masks", "N", nameof(SpecAugmentOptions.MaskTimeMinMasks), "mask_time_min_masks: masks that every utterance has.")
        .Number<double>("--mask-feature-prob", "SHARE", nameof(SpecAugmentOptions.MaskFeatureProbability), "mask_feature_prob: the same for channels.")
        .Number<int>("--mask-feature-length", "CHANNELS", nameof(SpecAugmentOptions.MaskFeatureLength), "mask_feature_length: neighbouring channels of one mask.");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        _training.AddTo(command);
        _optimizer.AddTo(command);
        _masks.AddTo(command);
    }

    /// <summary>Their values.</summary>
    public TrainingOptions Read(ParseResult parsed)
    {
        var options = _training.Apply(parsed, new TrainingOptions());
        _optimizer.Apply(parsed, options.Optimizer);
        _masks.Apply(parsed, options.SpecAugment);
        return options;
    }
}
