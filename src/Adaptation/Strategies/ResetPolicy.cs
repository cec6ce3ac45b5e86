namespace Attune.Adaptation.Strategies;

/// <summary>When slow weights go back to the model.</summary>
public enum ResetPolicy
{
    /// <summary>Never.</summary>
    None,

    /// <summary>After a fixed number of utterances.</summary>
    Fixed,

    /// <summary>When whoever knows where the conditions change says so.</summary>
    Oracle,

    /// <summary>When the loss improvement of the domain's earlier weights leaves its Gaussian (Dynamic SUTA).</summary>
    Dynamic,
}
