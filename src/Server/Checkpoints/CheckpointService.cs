using System.Threading.Channels;
using Attune.Adaptation;
using Attune.Adaptation.Checkpoints;
using Attune.Adaptation.Checkpoints.Merging;
using Attune.Server.Access;
using Attune.Server.Serving;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Attune.Server.Checkpoints;

/// <summary>attune.v1.Checkpoints. Exceptions are left to <see cref="StatusInterceptor"/>.</summary>
[Authorize(Policy.ChangeModel)]
[BindServiceMethod(typeof(CheckpointService), nameof(BindService))]
internal sealed class CheckpointService(CheckpointActivator activator) : V1.Checkpoints.CheckpointsBase
{
    /// <summary>Where the framework looks for what the service is, beside its binding.</summary>
    public static ServiceDescriptor Descriptor => V1.Checkpoints.Descriptor;

    /// <summary>Binds the methods, for the framework.</summary>
    /// <param name="binder">Takes them.</param>
    /// <param name="service">Null: the framework makes one for each call.</param>
    public static void BindService(ServiceBinderBase binder, V1.Checkpoints.CheckpointsBase? service) => V1.Checkpoints.BindService(new UnreadableMessages(binder), service);

    public override async Task<V1.Checkpoint> Import(V1.ImportCheckpointRequest request, ServerCallContext context)
    {
        Require("folder", request.Folder);
        if (request.Folder.Contains('\0', StringComparison.Ordinal)) throw new InvalidRequestException([new("folder", "folder must be a path, and has a zero character in it.")]);
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Folder));
        var name = request.Name.Length > 0 ? request.Name : Path.GetFileName(folder);
        return ToMessage(await Task.Run(() => activator.Store.Import(folder, name, "import"), context.CancellationToken));
    }

    public override async Task Merge(
        V1.MergeCheckpointsRequest request, IServerStreamWriter<V1.MergeCheckpointsResponse> responseStream, ServerCallContext context)
    {
        Require("recipe", request.Recipe);
        if (request.Seed < 0) throw new InvalidRequestException([new("seed", $"seed must be at least 0. Given: {request.Seed}.")]);
        var open = activator.Store;
        // The newest progress alone is of interest: a slow client does not hold the merge up.
        var progress = Channel.CreateBounded<MergeProgress>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        var merging = Task.Run(() => Merge(open, request, progress.Writer, context.CancellationToken), context.CancellationToken);
        try
        {
            await foreach (var step in progress.Reader.ReadAllAsync(context.CancellationToken))
                await responseStream.WriteAsync(new() { Values = step.Values, TotalValues = step.TotalValues }, context.CancellationToken);
        }
        finally
        {
            await ((Task)merging).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // a call that was cancelled ends when its files are gone
        }

        var (checkpoint, values) = await merging;
        await responseStream.WriteAsync(
            new() { Values = values, TotalValues = values, Checkpoint = ToMessage(checkpoint) }, context.CancellationToken);
    }

    public override Task<V1.ListCheckpointsResponse> List(V1.ListCheckpointsRequest request, ServerCallContext context)
    {
        var open = activator.Store;
        var active = activator.Active.Select(ToMessage).ToArray();
        return Task.FromResult(new V1.ListCheckpointsResponse { Checkpoints = { open.List().Select(ToMessage) }, Activation = active[0], TextActivations = { active[1..] } });
    }

    public override async Task<V1.CheckpointActivation> Activate(V1.ActivateCheckpointRequest request, ServerCallContext context)
    {
        Require("id", request.Id);
        return ToMessage(await Task.Run(() => activator.ActivateAsync(request.Model, request.Id, request.OverrideGate, context.CancellationToken), context.CancellationToken));
    }

    public override async Task<V1.CheckpointActivation> Rollback(V1.RollbackCheckpointRequest request, ServerCallContext context) =>
        ToMessage(await Task.Run(() => activator.RollBackAsync(request.Model, context.CancellationToken), context.CancellationToken));

    private static (Checkpoint Checkpoint, long Values) Merge(
        CheckpointStore store, V1.MergeCheckpointsRequest request, ChannelWriter<MergeProgress> progress, CancellationToken cancellationToken)
    {
        var recipePath = Path.Combine(store.CheckpointsFolder, $".{Path.GetRandomFileName()}.yml"); // models are relative to it
        var merged = store.NewIncoming();
        try
        {
            File.WriteAllText(recipePath, request.Recipe);
            var recipe = MergeRecipe.Read(recipePath);
            var result = CheckpointMerger.Merge(recipe, merged, request.Seed, step => progress.TryWrite(step), cancellationToken);
            var name = request.Name.Length > 0 ? request.Name : recipe.Method.Name;
            return (store.Import(merged, name, $"merge {recipe.Method.Name}"), result.Values);
        }
        catch (MergeException exception)
        {
            throw new CheckpointException(CheckpointError.Invalid, exception.Message.Replace(recipePath, "recipe", StringComparison.Ordinal), exception);
        }
        finally
        {
            File.Delete(recipePath);
            if (Directory.Exists(merged)) Directory.Delete(merged, recursive: true);
            progress.Complete();
        }
    }

    private static void Require(string field, string value)
    {
        if (value.Length == 0) throw new InvalidRequestException([new(field, $"{field} must be given, and is empty.")]);
    }

    /// <summary>What a client is told of a checkpoint.</summary>
    internal static V1.Checkpoint ToMessage(Checkpoint checkpoint) => new()
    {
        Id = checkpoint.Id,
        Name = checkpoint.Name,
        Origin = checkpoint.Origin,
        CreateTime = checkpoint.Created.ToTimestamp(),
        SizeBytes = checkpoint.SizeBytes,
        Kind = checkpoint.Kind switch
        {
            ModelKind.CausalText => V1.ModelKind.CausalText,
            ModelKind.TextClassifier => V1.ModelKind.TextClassifier,
            _ => V1.ModelKind.Speech,
        },
    };

    /// <summary>What a client is told of an activation.</summary>
    internal static V1.CheckpointActivation ToMessage(CheckpointActivation activation) => new()
    {
        Active = activation.Active ?? string.Empty,
        Previous = activation.Previous ?? string.Empty,
        Time = activation.CanRollBack ? activation.Since.ToTimestamp() : null,
        GateOverridden = activation.GateOverridden,
        Verdict = activation.Verdict,
        Model = activation.Model,
    };
}
