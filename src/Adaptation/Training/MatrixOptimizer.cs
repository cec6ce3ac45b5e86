namespace Attune.Adaptation.Training;

/// <summary>What moves weight matrices; everything else is always moved by AdamW.</summary>
public enum MatrixOptimizer
{
    /// <summary>AdamW: for fine-tuning.</summary>
    AdamW,

    /// <summary>Muon: learns a new model from nothing in fewer steps.</summary>
    Muon,
}
