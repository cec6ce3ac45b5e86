namespace Attune.Server.State;

/// <summary>The right to update one domain, which one replica has at a time.</summary>
/// <param name="Domain">The domain's key.</param>
/// <param name="Token">Tells the holder from others.</param>
/// <param name="Fence">Grows from holder to holder: a change under an older one is refused, whatever the clocks say.</param>
internal sealed record DomainLease(string Domain, string Token, long Fence);
