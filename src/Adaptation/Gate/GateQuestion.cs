namespace Attune.Adaptation.Gate;

/// <summary>What a candidate revision is asked before it serves. The names are stable: they label stored verdicts and metrics.</summary>
public enum GateQuestion
{
    /// <summary>Whether the loss on the utterances that it learnt from is no worse than before.</summary>
    Reliability,

    /// <summary>Whether the loss on held-back utterances of the domain is no worse than before.</summary>
    Generality,

    /// <summary>Whether its transcripts of the guard set stay those of the model itself.</summary>
    Locality,

    /// <summary>Whether it still hears something in every clip of the guard set in which the model does.</summary>
    Hearing,
}
