namespace Attune.Server.State;

/// <summary>The store cannot be reached, or did not answer in time. Nothing is known of whether the operation was done.</summary>
/// <param name="inner">What revealed it.</param>
internal sealed class StateUnavailableException(Exception inner)
    : Exception("The store of what domains have learnt cannot be reached. Recognition goes on with the weights in memory; try again later.", inner);
