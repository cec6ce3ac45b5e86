using Attune.Server.Access;
using Attune.Server.State;

namespace Attune.Server.Text;

/// <summary>What one request about text wants of adaptation, with its fields checked.</summary>
/// <param name="Caller">Who asks.</param>
/// <param name="Domain">Whose examples and weights; null for none.</param>
/// <param name="Steps">Gradient steps; null for the configured number.</param>
/// <param name="Budget">Time from the arrival to the answer; null for as long as it takes.</param>
/// <param name="Neighbours">Most examples; 0 for none.</param>
/// <param name="Arrived">Timestamp of its arrival.</param>
internal sealed record TextWish(Caller Caller, DomainId? Domain, int? Steps, TimeSpan? Budget, int Neighbours, long Arrived)
{
    /// <summary>Whether the domain may change by it.</summary>
    public bool Teaches => Domain is not null && Caller.MayTeach;
}
