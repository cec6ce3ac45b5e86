using System.CommandLine;
using Grpc.Core;
using Grpc.Health.V1;

namespace Attune.Cli.Serving;

/// <summary><c>attune health</c>: whether a server takes requests, for probes that run a program.</summary>
internal static class HealthCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune health                                         the server of this machine
          attune health --server https://speech:8443 --ca ca.pem --timeout 2

        Asks grpc.health.v1, which needs no key. A server listens when its model is warm, and serves no more as soon as it is told to stop. Probes that speak
        gRPC themselves, such as those of Kubernetes, do not need this program.

        Exit status:
          0    it serves
          1    it answers, but does not serve: it stops
          2    the command line was not understood, or a value is out of range
          3    it cannot be reached in time
        """;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var server = new ServerArguments();
        var timeout = new Option<double>("--timeout") { HelpName = "SECONDS", Description = "Time to wait for the answer, above 0, to 60.", DefaultValueFactory = _ => 3 };
        timeout.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is var seconds and not (> 0 and <= 60)) result.AddError($"--timeout must be above 0, to 60. Given: {seconds}.");
        });
        var command = new Command("health", "Ask a server whether it takes requests.") { timeout };
        server.AddTo(command);
        command.SetAction((parsed, token) => AskAsync(
            server.Read(parsed), TimeSpan.FromSeconds(parsed.GetValue(timeout)), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, token));
        return command;
    }

    private static async Task<int> AskAsync(ServerConnection server, TimeSpan timeout, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        using var channel = server.Open(error);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(timeout);
        try
        {
            var answer = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: ending.Token);
            var serves = answer.Status == HealthCheckResponse.Types.ServingStatus.Serving;
            await output.WriteLineAsync($"{server.Address} {(serves ? "serves" : "does not serve")}");
            return serves ? ExitCode.Success : ExitCode.RunFailed;
        }
        catch (RpcException exception)
        {
            await error.WriteLineAsync(
                exception.StatusCode == StatusCode.Cancelled
                    ? $"attune: {server.Address} has not answered within {timeout.TotalSeconds} s. Give a longer --timeout if it is only slow."
                    : $"attune: {server.Address} cannot be reached: {exception.Status.Detail} Start it with 'attune serve', or give another --server.");
            return ExitCode.CannotRun;
        }
    }
}
