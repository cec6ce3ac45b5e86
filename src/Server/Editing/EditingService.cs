using System.Threading.Channels;
using Attune.Adaptation;
using Attune.Adaptation.Checkpoints;
using Attune.Adaptation.Text.Editing;
using Attune.Server.Access;
using Attune.Server.Checkpoints;
using Attune.Server.Serving;
using Attune.Server.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Attune.Server.Editing;

/// <summary>attune.v1.Editing. Exceptions are left to <see cref="StatusInterceptor"/>.</summary>
[Authorize(Policy.ChangeModel)]
[BindServiceMethod(typeof(EditingService), nameof(BindService))]
internal sealed class EditingService(TextRunner runner, FactEditing editing, CheckpointActivator activator, IHostApplicationLifetime lifetime) : V1.Editing.EditingBase
{
    private const int MaxFacts = 100, MaxPrefixes = 100, DefaultPrefixes = 12;

    /// <summary>Where the framework looks for what the service is, beside its binding.</summary>
    public static ServiceDescriptor Descriptor => V1.Editing.Descriptor;

    /// <summary>Binds the methods, for the framework.</summary>
    /// <param name="binder">Takes them.</param>
    /// <param name="service">Null: the framework makes one for each call.</param>
    public static void BindService(ServiceBinderBase binder, V1.Editing.EditingBase? service) => V1.Editing.BindService(new UnreadableMessages(binder), service);

    public override async Task EditFacts(V1.EditFactsRequest request, IServerStreamWriter<V1.EditFactsResponse> responseStream, ServerCallContext context)
    {
        Check(request);
        var (name, retired, made) = await EditAsync(request, responseStream, context);
        await responseStream.WriteAsync(ToResponse(made), context.CancellationToken);
        if (!request.Activate) return;
        if (retired.IsCancellationRequested)
        {
            throw new CheckpointException(
                CheckpointError.Rejected,
                $"Another checkpoint was activated in place of {name} while its facts were edited. The edited model is checkpoint {made.Checkpoint.Id}: activate it, or edit again.");
        }

        var activation = await activator.ActivateAsync(name, made.Checkpoint.Id, overrideGate: false, context.CancellationToken);
        await responseStream.WriteAsync(new() { FactsDone = request.Facts.Count, Activation = CheckpointService.ToMessage(activation) }, context.CancellationToken);
    }

    /// <summary>Makes the edit, and tells how far it is.</summary>
    /// <returns>Name of the model, what is cancelled when another serves by it, and what was made of it.</returns>
    private async Task<(string Model, CancellationToken Retired, MadeEdit Made)> EditAsync(V1.EditFactsRequest request, IServerStreamWriter<V1.EditFactsResponse> responseStream, ServerCallContext context)
    {
        using var lease = runner.Models.Lease(request.Model, ModelKind.CausalText);
        var model = lease.Model;
        FactEdit[] edits = [.. request.Facts.Select(ToEdit)];
        // The newest progress alone is of interest: a slow client does not hold the edit up.
        var progress = Channel.CreateBounded<int>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var work = RunAsync();
        try
        {
            await foreach (var done in progress.Reader.ReadAllAsync(ending.Token))
                await responseStream.WriteAsync(new() { FactsDone = done }, ending.Token);
        }
        finally
        {
            await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // a call that was cancelled ends when its files are gone
        }

        return (model.Name, model.Retired, await work);

        async Task<MadeEdit> RunAsync()
        {
            try
            {
                return await editing.RunAsync(
                    model.Model,
                    edits,
                    request.HasLayer ? request.Layer : null,
                    request.HasPrefixes ? request.Prefixes : DefaultPrefixes,
                    request.Name.Length > 0 ? request.Name : model.Name,
                    done => progress.Writer.TryWrite(done),
                    ending.Token);
            }
            finally
            {
                progress.Writer.Complete();
            }
        }
    }

    private void Check(V1.EditFactsRequest request)
    {
        var problems = new List<FieldProblem>();
        if (request.Facts.Count is 0 or > MaxFacts) problems.Add(new("facts", $"facts must be from 1 to {MaxFacts}. Given: {request.Facts.Count}."));
        if (request.HasPrefixes && request.Prefixes is < 0 or > MaxPrefixes) problems.Add(new("prefixes", $"prefixes must be from 0 to {MaxPrefixes}. Given: {request.Prefixes}."));
        if (problems.Count > 0) throw new InvalidRequestException(problems);
        foreach (var fact in request.Facts)
        {
            string[] texts = [fact.Subject, fact.Prompt, fact.Object, .. fact.Paraphrases, .. fact.Neighbours, .. fact.Unrelated, .. fact.Essence];
            foreach (var text in texts) TextValidation.CheckLength(text, runner.MaxCharacters);
        }
    }

    private static FactEdit ToEdit(V1.FactEdit fact)
    {
        var edit = new FactEdit(fact.Subject, fact.Prompt, fact.Object) { Paraphrases = [.. fact.Paraphrases], Neighbours = [.. fact.Neighbours], Unrelated = [.. fact.Unrelated] };
        return fact.Essence.Count > 0 ? edit with { Essence = [.. fact.Essence] } : edit;
    }

    private static V1.EditFactsResponse ToResponse(MadeEdit made) => new()
    {
        FactsDone = made.Record.Figures.Count,
        Figures = { made.Record.Figures.Select(ToMessage) },
        Layer = made.Record.Layer,
        Checkpoint = CheckpointService.ToMessage(made.Checkpoint),
        Sha256 = made.Record.Sha256,
    };

    private static V1.FactFigures ToMessage(EditFigures figures) => new()
    {
        Subject = figures.Subject,
        Reliable = figures.IsReliable,
        ProbabilityBefore = figures.ProbabilityBefore,
        ProbabilityAfter = figures.ProbabilityAfter,
        ParaphrasesFollowed = figures.Followed,
        NeighboursKept = figures.Neighbours.Kept,
        NeighboursDivergence = figures.Neighbours.DivergenceNats,
        UnrelatedKept = figures.Unrelated.Kept,
        UnrelatedDivergence = figures.Unrelated.DivergenceNats,
    };
}
