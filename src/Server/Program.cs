namespace Attune.Server;

/// <summary>The server as a program of its own; <c>attune serve</c> does the same.</summary>
public sealed partial class Program
{
    private Program()
    {
    }

    public static Task<int> Main(string[] args) => ServerHost.RunAsync(args);
}
