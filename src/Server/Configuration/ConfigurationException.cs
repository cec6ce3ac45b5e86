namespace Attune.Server.Configuration;

/// <summary>Settings with which the server cannot start.</summary>
/// <param name="problems">One sentence or more for each wrong setting: its key, the rule and the value given.</param>
/// <param name="inner">What revealed them, if it was an exception.</param>
public sealed class ConfigurationException(IReadOnlyList<string> problems, Exception? inner = null)
    : Exception(string.Join(Environment.NewLine, problems), inner)
{
    /// <summary>The problems, of which the message is made.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
