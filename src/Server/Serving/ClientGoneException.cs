namespace Attune.Server.Serving;

/// <summary>The client has left in the middle of its call. Whatever noticed it may do so before the call's token is cancelled.</summary>
/// <param name="inner">What revealed it.</param>
internal sealed class ClientGoneException(Exception inner) : Exception("The client has left.", inner);
