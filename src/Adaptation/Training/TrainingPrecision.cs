namespace Attune.Adaptation.Training;

/// <summary>Type in which linear layers and convolutions compute while training; parameters and optimizer are always float32.</summary>
public enum TrainingPrecision
{
    /// <summary>bfloat16 where the processor has instructions for it, otherwise float32.</summary>
    Auto,

    /// <summary>float32.</summary>
    Float32,

    /// <summary>bfloat16, also where it is emulated and slow.</summary>
    BFloat16,
}
