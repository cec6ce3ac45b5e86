namespace Attune.Adaptation.Collapse;

/// <summary>That the weights which an utterance was to be served from have collapsed on it, and what served it instead.</summary>
/// <param name="Sign">What their draft showed, and the model's did not.</param>
/// <param name="ServedFrom">What served it.</param>
public sealed record CollapseFinding(CollapseSign Sign, ServingSource ServedFrom);

/// <summary>Weights that may serve an utterance.</summary>
public enum ServingSource
{
    /// <summary>The revision that the request was to be served from.</summary>
    Current,

    /// <summary>The good revision before it.</summary>
    Fallback,

    /// <summary>The model itself.</summary>
    Model,
}
