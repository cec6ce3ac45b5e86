namespace Attune.Fuzzing;

/// <summary>An input that a parser did not deal with as it should.</summary>
/// <param name="Input">The bytes.</param>
/// <param name="Problem">What happened.</param>
internal sealed record FuzzFinding(byte[] Input, string Problem);
