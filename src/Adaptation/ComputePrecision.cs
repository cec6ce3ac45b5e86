namespace Attune.Adaptation;

/// <summary>Type in which matrix products are computed; parameters, gradients and optimizer are always float32.</summary>
public enum ComputePrecision
{
    /// <summary>bfloat16 where the processor is faster with it, otherwise float32.</summary>
    Auto,

    /// <summary>float32.</summary>
    Float32,

    /// <summary>bfloat16, also where it is emulated and slow.</summary>
    BFloat16,
}
