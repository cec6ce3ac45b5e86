using Attune.Adaptation;
using Attune.Adaptation.Text.Updates;
using Attune.Server.Access;
using Attune.Server.Serving;
using Attune.Server.Serving.Streaming;
using Attune.Server.Telemetry;
using Attune.Text.Generation;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Attune.Server.Text;

/// <summary>attune.v1.Text. Exceptions are left to <see cref="StatusInterceptor"/>.</summary>
[BindServiceMethod(typeof(TextService), nameof(BindService))]
internal sealed class TextService(
    TextRunner runner,
    TextAdaptations adaptations,
    DomainExamples examples,
    ExampleOptions exampleOptions,
    IOptions<TextAdaptationOptions> adaptationOptions,
    IOptions<StreamOptions> streams,
    ServerMetrics metrics,
    TimeProvider time,
    IHostApplicationLifetime lifetime) : V1.Text.TextBase
{
    /// <summary>Where the framework looks for what the service is, beside its binding.</summary>
    public static ServiceDescriptor Descriptor => V1.Text.Descriptor;

    /// <summary>Binds the methods, for the framework.</summary>
    /// <param name="binder">Takes them.</param>
    /// <param name="service">Null: the framework makes one for each call.</param>
    public static void BindService(ServiceBinderBase binder, V1.Text.TextBase? service) => V1.Text.BindService(new UnreadableMessages(binder), service);

    [Authorize(Policy.Recognise)]
    public override Task<V1.ListTextModelsResponse> ListModels(V1.ListTextModelsRequest request, ServerCallContext context) =>
        Task.FromResult(new V1.ListTextModelsResponse { Models = { runner.Models.Names.Select(Describe) } });

    [Authorize(Policy.Recognise)]
    public override async Task<V1.ScoreResponse> Score(V1.ScoreRequest request, ServerCallContext context)
    {
        var wish = Wish(request.Domain, request.Adaptation, context);
        using var lease = runner.Models.Lease(request.Model, ModelKind.CausalText);
        var model = lease.Model;
        TextValidation.CheckLength(request.Text, runner.MaxCharacters);
        using var place = runner.Enter(wish.Caller);
        if (wish.Domain is not null) await runner.CheckAsync(() => model.Engine.Score(request.Text), context.CancellationToken);
        var answer = await adaptations.AdaptAsync(model, request.Text, wish, context.CancellationToken);
        using var scoring = await runner.RunAsync(() => model.Engine.Score(request.Text, answer.Parameters), pieceDone: null, context.CancellationToken);
        adaptations.Answered(model, answer, wish);
        metrics.TextDone(nameof(Score), scoring.Result.Tokens.Count);
        return TextResponses.ToResponse(scoring.Result, answer);
    }

    [Authorize(Policy.Recognise)]
    public override async Task Generate(V1.GenerateRequest request, IServerStreamWriter<V1.GenerateResponse> responseStream, ServerCallContext context)
    {
        var wish = Wish(request.Domain, request.Adaptation, context);
        var options = TextValidation.ToOptions(request);
        using var lease = runner.Models.Lease(request.Model, ModelKind.CausalText);
        var model = lease.Model;
        TextValidation.CheckLength(request.Text, runner.MaxCharacters);
        using var place = runner.Enter(wish.Caller);
        if (wish.Domain is not null) await runner.CheckAsync(() => model.Engine.Generate(request.Text, options), context.CancellationToken);
        var answer = await adaptations.AdaptAsync(model, request.Text, wish, context.CancellationToken);
        var timeouts = new StreamTimeouts(streams.Value, time, lifetime.ApplicationStopping);
        var hasBegun = false;
        using var generation = await runner.RunAsync(() => model.Engine.Generate(request.Text, options, answer.Parameters), SendAsync, context.CancellationToken);
        metrics.TextDone(nameof(Generate), generation.PromptTokens + generation.NewTokens);

        Task SendAsync(TextGeneration work)
        {
            if (!hasBegun && work.NewTokens > 0) adaptations.Answered(model, answer, wish);
            hasBegun |= work.NewTokens > 0;
            var response = new V1.GenerateResponse { Text = work.TakeText() };
            if (work.Finish != FinishReason.None) response.Result = TextResponses.ToResult(work, answer);
            return response.Text.Length == 0 && response.Result is null
                ? Task.CompletedTask
                : timeouts.SendAsync(cancellationToken => responseStream.WriteAsync(response, cancellationToken), context.CancellationToken);
        }
    }

    [Authorize(Policy.Recognise)]
    public override async Task<V1.ClassifyResponse> Classify(V1.ClassifyRequest request, ServerCallContext context)
    {
        var wish = Wish(request.Domain, request.Adaptation, context);
        using var lease = runner.Models.Lease(request.Model, ModelKind.TextClassifier);
        var model = lease.Model;
        TextValidation.CheckLength(request.Text, runner.MaxCharacters);
        TextValidation.CheckLength(request.Pair, runner.MaxCharacters);
        using var place = runner.Enter(wish.Caller);
        var pair = request.Pair.Length > 0 ? request.Pair : null;
        var (classification, answer) = await adaptations.ClassifyAsync(model, request.Text, pair, wish, context.CancellationToken);
        using var work = classification;
        adaptations.Answered(model, answer, wish);
        metrics.TextDone(nameof(Classify), work.TokenCount);
        return TextResponses.ToResponse(work, answer);
    }

    [Authorize(Policy.Recognise)]
    public override async Task<V1.EmbedResponse> Embed(V1.EmbedRequest request, ServerCallContext context)
    {
        using var lease = runner.Models.Lease(request.Model, kind: null);
        TextValidation.CheckLength(request.Text, runner.MaxCharacters);
        using var place = runner.Enter(Caller(context));
        using var embedding = await runner.RunAsync(() => lease.Model.Engine.Embed(request.Text), pieceDone: null, context.CancellationToken);
        metrics.TextDone(nameof(Embed), embedding.TokenCount);
        return TextResponses.ToResponse(embedding);
    }

    [Authorize(Policy.TeachDomains)]
    public override async Task<V1.AddExamplesResponse> AddExamples(V1.AddExamplesRequest request, ServerCallContext context)
    {
        var domain = DomainValidation.Check(request.Domain, Caller(context).Tenant);
        using var place = runner.Enter(Caller(context));
        while (true)
        {
            using var lease = runner.Models.Lease(request.Model, kind: null);
            var (texts, ttl) = TextValidation.ToExamples(request, lease.Model.Model, exampleOptions);
            var (ids, count) = await examples.AddAsync(domain, lease.Model, texts, ttl, context.CancellationToken);
            if (!lease.Model.Retired.IsCancellationRequested) return new V1.AddExamplesResponse { Ids = { ids }, Examples = count };
            // Another checkpoint serves by now, which may have missed them: they are given to it, and not twice.
            await examples.DeleteAsync(domain, lease.Model, ids, context.CancellationToken);
        }
    }

    [Authorize(Policy.SeeDomains)]
    public override async Task<V1.DomainExamples> GetExamples(V1.GetExamplesRequest request, ServerCallContext context)
    {
        var domain = DomainValidation.Check(request.Domain, Caller(context).Tenant);
        using var lease = runner.Models.Lease(request.Model, kind: null);
        return await examples.CountAsync(domain, lease.Model, context.CancellationToken);
    }

    [Authorize(Policy.SeeDomains)]
    public override async Task<V1.ListExamplesResponse> ListExamples(V1.ListExamplesRequest request, ServerCallContext context)
    {
        var domain = DomainValidation.Check(request.Domain, Caller(context).Tenant);
        var (after, count) = TextValidation.ToPage(request);
        using var lease = runner.Models.Lease(request.Model, kind: null);
        var (listed, next) = await DomainExamples.ListAsync(domain, lease.Model, after, count, context.CancellationToken);
        return new V1.ListExamplesResponse { Examples = { listed.Select(example => TextResponses.ToExample(example, lease.Model)) }, NextPageToken = next?.ToString() ?? "" };
    }

    [Authorize(Policy.ChangeDomains)]
    public override async Task<V1.DeleteExamplesResponse> DeleteExamples(V1.DeleteExamplesRequest request, ServerCallContext context)
    {
        var domain = DomainValidation.Check(request.Domain, Caller(context).Tenant);
        using var lease = runner.Models.Lease(request.Model, kind: null);
        return new V1.DeleteExamplesResponse { Count = await examples.DeleteAsync(domain, lease.Model, TextValidation.ToIds(request.Ids), context.CancellationToken) };
    }

    private V1.TextModel Describe(string name)
    {
        using var lease = runner.Models.Lease(name);
        return TextResponses.ToModel(lease.Model);
    }

    private TextWish Wish(string domain, V1.TextAdaptationConfig? config, ServerCallContext context) =>
        TextValidation.ToWish(domain, config, Caller(context), time.GetTimestamp(), adaptationOptions.Value);

    private static Caller Caller(ServerCallContext context) => RequestSummary.Of(context).Caller;
}
