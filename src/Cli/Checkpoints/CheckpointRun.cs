using System.Globalization;
using Attune.V1;
using Google.Protobuf;
using Grpc.Core;
using Spectre.Console;

namespace Attune.Cli.Checkpoints;

/// <summary>One call of <c>attune checkpoint</c>.</summary>
internal sealed class CheckpointRun(ServerConnection server, TextWriter output, TextWriter error, bool json)
{
    private const int ShownDigits = 12;

    /// <summary>Asks the server.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public async Task<int> CallAsync(Func<V1.Checkpoints.CheckpointsClient, CheckpointRun, Task> call, CancellationToken cancellationToken)
    {
        try
        {
            using var channel = server.Open(error);
            await call(new V1.Checkpoints.CheckpointsClient(channel), this);
            return ExitCode.Success;
        }
        catch (RpcException exception) when (cancellationToken.IsCancellationRequested && exception.StatusCode == StatusCode.Cancelled)
        {
            return ExitCode.Interrupted;
        }
        catch (RpcException exception) when (ServerConnection.IsUnreachable(exception))
        {
            await error.WriteLineAsync($"attune: The server {server.Address} cannot be reached or is stopping: {exception.Status.Detail}");
            return ExitCode.CannotRun;
        }
        catch (RpcException exception)
        {
            await error.WriteLineAsync($"attune: {exception.Status.Detail}{ServerConnection.HintFor(exception)}");
            return ExitCode.RunFailed;
        }
    }

    /// <summary>Prints an answer.</summary>
    public async Task PrintAsync<T>(AsyncUnaryCall<T> call)
        where T : IMessage => Print(await call);

    /// <summary>Merges, with a bar, and prints the result.</summary>
    public Task MergeAsync(V1.Checkpoints.CheckpointsClient client, MergeCheckpointsRequest request, CancellationToken cancellationToken)
    {
        using var call = client.Merge(request, cancellationToken: cancellationToken);
        Print(WorkBar.Run(
            error,
            "Merging",
            [new PercentageColumn(), new RemainingTimeColumn()],
            move => ReceiveAsync(call, move, cancellationToken).GetAwaiter().GetResult()));
        return Task.CompletedTask;
    }

    private static async Task<Checkpoint> ReceiveAsync(
        AsyncServerStreamingCall<MergeCheckpointsResponse> call, Action<double, double> move, CancellationToken cancellationToken)
    {
        Checkpoint? merged = null;
        await foreach (var response in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            move(response.Values, response.TotalValues);
            merged = response.Checkpoint ?? merged;
        }

        return merged ?? throw new RpcException(new Grpc.Core.Status(StatusCode.Internal, "The server ended the merge without a result."));
    }

    private void Print(IMessage message)
    {
        if (json)
        {
            output.WriteLine(JsonFormatter.Default.Format(message));
            return;
        }

        if (message is Checkpoint checkpoint) Print(checkpoint, "");
        else if (message is CheckpointActivation activation) Print(activation);
        else if (message is ListCheckpointsResponse list)
        {
            CheckpointActivation[] places = [list.Activation, .. list.TextActivations];
            foreach (var item in list.Checkpoints)
                Print(item, string.Concat(places.Select(place => item.Id == place.Active ? Mark("serves", place) : item.Id == place.Previous ? Mark("served before", place) : "")));
            foreach (var place in places) Print(place);
        }
    }

    private void Print(Checkpoint checkpoint, string mark) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{checkpoint.Id}  {checkpoint.SizeBytes / 1e6,8:0.0} MB  {checkpoint.CreateTime.ToDateTime():yyyy-MM-dd HH:mm}  {KindOf(checkpoint),-10}  {checkpoint.Origin,-16}  {checkpoint.Name}{mark}"));

    private static string Mark(string text, CheckpointActivation place) => $"  {text}{(place.Model.Length > 0 ? $" as {place.Model}" : "")}";

    private static string KindOf(Checkpoint checkpoint) => checkpoint.Kind switch
    {
        ModelKind.Speech => "speech",
        ModelKind.CausalText => "GPT-2",
        ModelKind.TextClassifier => "BERT",
        _ => "",
    };

    private void Print(CheckpointActivation activation)
    {
        output.WriteLine($"{(activation.Model.Length > 0 ? $"{activation.Model}: " : "")}{Show(activation.Active)} serves, and {Show(activation.Previous)} did before.");
        if (activation.Verdict.Length > 0) output.WriteLine($"  {(activation.GateOverridden ? "The gate was overridden. " : "")}{activation.Verdict}");

        static string Show(string id) => id.Length == 0 ? "The configured model" : $"Checkpoint {id[..ShownDigits]}";
    }
}
