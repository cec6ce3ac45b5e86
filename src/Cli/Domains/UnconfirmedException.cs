namespace Attune.Cli.Domains;

/// <summary>Something is to be deleted, and nobody said <c>--yes</c>.</summary>
internal sealed class UnconfirmedException : Exception;
