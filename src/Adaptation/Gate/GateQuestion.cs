namespace Attune.Adaptation.Gate;

/// <summary>What a candidate revision is asked before it serves. The names are stable: they label stored verdicts and metrics.</summary>
public enum GateQuestion
{
    /// <summary>By how much the mean loss on the utterances that it learnt from has risen.</summary>
    Reliability,

    /// <summary>By how much the mean loss on held-back utterances of the domain has risen.</summary>
    Generality,

    /// <summary>How similar its transcripts of the guard set are to those of the model itself.</summary>
    Locality,

    /// <summary>
    /// On how many of all these, utterances and clips, it shows a sign of collapse where the model shows none. Loss cannot tell: collapsed weights have
    /// the lowest.
    /// </summary>
    Collapse,
}
