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
[Authorize(Policy.Recognise)]
[BindServiceMethod(typeof(TextService), nameof(BindService))]
internal sealed class TextService(
    TextRunner runner, IOptions<StreamOptions> streams, ServerMetrics metrics, TimeProvider time, IHostApplicationLifetime lifetime) : V1.Text.TextBase
{
    /// <summary>Where the framework looks for what the service is, beside its binding.</summary>
    public static ServiceDescriptor Descriptor => V1.Text.Descriptor;

    /// <summary>Binds the methods, for the framework.</summary>
    /// <param name="binder">Takes them.</param>
    /// <param name="service">Null: the framework makes one for each call.</param>
    public static void BindService(ServiceBinderBase binder, V1.Text.TextBase? service) => V1.Text.BindService(new UnreadableMessages(binder), service);

    public override Task<V1.ListTextModelsResponse> ListModels(V1.ListTextModelsRequest request, ServerCallContext context) =>
        Task.FromResult(new V1.ListTextModelsResponse { Models = { runner.Models.All.Select(TextResponses.ToModel) } });

    public override async Task<V1.ScoreResponse> Score(V1.ScoreRequest request, ServerCallContext context)
    {
        var engine = runner.Models.Find(request.Model, engine => engine.IsCausal).Engine;
        TextValidation.CheckLength(request.Text, runner.MaxCharacters);
        using var scoring = await runner.RunAsync(() => engine.Score(request.Text), Caller(context), pieceDone: null, context.CancellationToken);
        metrics.TextDone(nameof(Score), scoring.Result.Tokens.Count);
        return TextResponses.ToResponse(scoring.Result);
    }

    public override async Task Generate(V1.GenerateRequest request, IServerStreamWriter<V1.GenerateResponse> responseStream, ServerCallContext context)
    {
        var options = TextValidation.ToOptions(request);
        var engine = runner.Models.Find(request.Model, engine => engine.IsCausal).Engine;
        TextValidation.CheckLength(request.Text, runner.MaxCharacters);
        var timeouts = new StreamTimeouts(streams.Value, time, lifetime.ApplicationStopping);
        using var generation = await runner.RunAsync(() => engine.Generate(request.Text, options), Caller(context), SendAsync, context.CancellationToken);
        metrics.TextDone(nameof(Generate), generation.PromptTokens + generation.NewTokens);

        Task SendAsync(TextGeneration work)
        {
            var response = new V1.GenerateResponse { Text = work.TakeText() };
            if (work.Finish != FinishReason.None) response.Result = TextResponses.ToResult(work);
            return response.Text.Length == 0 && response.Result is null
                ? Task.CompletedTask
                : timeouts.SendAsync(cancellationToken => responseStream.WriteAsync(response, cancellationToken), context.CancellationToken);
        }
    }

    public override async Task<V1.ClassifyResponse> Classify(V1.ClassifyRequest request, ServerCallContext context)
    {
        var engine = runner.Models.Find(request.Model, engine => !engine.IsCausal).Engine;
        TextValidation.CheckLength(request.Text, runner.MaxCharacters);
        TextValidation.CheckLength(request.Pair, runner.MaxCharacters);
        var pair = request.Pair.Length > 0 ? request.Pair : null;
        using var classification = await runner.RunAsync(() => engine.Classify(request.Text, pair), Caller(context), pieceDone: null, context.CancellationToken);
        metrics.TextDone(nameof(Classify), classification.TokenCount);
        return TextResponses.ToResponse(classification);
    }

    public override async Task<V1.EmbedResponse> Embed(V1.EmbedRequest request, ServerCallContext context)
    {
        var engine = runner.Models.Find(request.Model, _ => true).Engine;
        TextValidation.CheckLength(request.Text, runner.MaxCharacters);
        using var embedding = await runner.RunAsync(() => engine.Embed(request.Text), Caller(context), pieceDone: null, context.CancellationToken);
        metrics.TextDone(nameof(Embed), embedding.TokenCount);
        return TextResponses.ToResponse(embedding);
    }

    private static Caller Caller(ServerCallContext context) => RequestSummary.Of(context).Caller;
}
