using Attune.Adaptation.Revisions;
using Attune.Adaptation.Slow;
using Attune.Server.Access;
using Attune.Server.Domains;
using Attune.Server.State;
using Attune.Server.Text;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Attune.Server.Serving;

/// <summary>attune.v1.Adaptation, of the caller's tenant. Exceptions are left to <see cref="StatusInterceptor"/>.</summary>
[BindServiceMethod(typeof(AdaptationService), nameof(BindService))]
internal sealed class AdaptationService(
    ServingModel serving, TextDomains texts, StateOptions options, IOptions<SlowUpdateOptions> slow, IHostApplicationLifetime lifetime, TimeProvider time)
    : V1.Adaptation.AdaptationBase
{
    private const int DefaultPage = 100, MaxPage = 1000;

    /// <summary>Bytes of a message of an exported revision, far below what clients take by default.</summary>
    private const int ExportChunk = 1 << 20;

    /// <summary>The domains of the model that serves when the call comes.</summary>
    private readonly ModelDomains _domains = serving.Domains;

    /// <summary>Where the framework looks for what the service is, beside its binding.</summary>
    public static ServiceDescriptor Descriptor => V1.Adaptation.Descriptor;

    /// <summary>Binds the methods, for the framework.</summary>
    /// <param name="binder">Takes them.</param>
    /// <param name="service">Null: the framework makes one for each call.</param>
    public static void BindService(ServiceBinderBase binder, V1.Adaptation.AdaptationBase? service) => V1.Adaptation.BindService(new UnreadableMessages(binder), service);

    [Authorize(Policy.SeeDomains)]
    public override async Task<V1.Domain> GetDomain(V1.GetDomainRequest request, ServerCallContext context) =>
        await DescribeAsync(DomainOf(request.Domain, context), request.Model, context.CancellationToken);

    [Authorize(Policy.SeeDomains)]
    public override async Task<V1.ListDomainsResponse> ListDomains(V1.ListDomainsRequest request, ServerCallContext context)
    {
        if (request.PageSize is < 0 or > MaxPage)
            throw Invalid("page_size", $"page_size must be from 1 to {MaxPage}, or 0 for {DefaultPage}. Given: {request.PageSize}.");
        if (request.PageToken.Length > 0 && !DomainName.IsValid(request.PageToken))
            throw Invalid("page_token", "page_token must be the next_page_token of an earlier page.");

        var size = request.PageSize == 0 ? DefaultPage : request.PageSize;
        var keys = await ReaderOf(request.Model).Stores.Domains.ListAsync(TenantOf(context), request.PageToken, size + 1, context.CancellationToken);
        var response = new V1.ListDomainsResponse { NextPageToken = keys.Count > size ? DomainId.Parse(keys[size - 1]).Name : "" };
        foreach (var key in keys.Take(size))
        {
            // One that was deleted in between is left out.
            if (await TryDescribeAsync(DomainId.Parse(key), request.Model, context.CancellationToken) is { } domain) response.Domains.Add(domain);
        }

        return response;
    }

    [Authorize(Policy.SeeDomains)]
    public override async Task<V1.ListRevisionsResponse> ListRevisions(V1.ListRevisionsRequest request, ServerCallContext context)
    {
        var domain = DomainOf(request.Domain, context);
        var stores = ReaderOf(request.Model).Stores;
        var head = await stores.Domains.ReadAsync(domain.Key, context.CancellationToken) ?? throw new DomainNotFoundException(domain.Name);
        var response = new V1.ListRevisionsResponse();
        foreach (var number in await stores.Revisions.ListAsync(domain.Key, context.CancellationToken))
        {
            if (await TryReadAsync(stores, domain, number, context.CancellationToken) is { } stored)
                response.Revisions.Add(DomainResponses.ToRevision(stored, head.State.Current));
        }

        return response;
    }

    [Authorize(Policy.ChangeDomains)]
    public override async Task ExportRevision(
        V1.ExportRevisionRequest request, IServerStreamWriter<V1.ExportRevisionResponse> responseStream, ServerCallContext context)
    {
        var domain = DomainOf(request.Domain, context);
        if (request.Revision < 0) throw Invalid("revision", $"revision must be 0 or more. Given: {request.Revision}.");
        var stores = ReaderOf(request.Model).Stores;
        var head = await stores.Domains.ReadAsync(domain.Key, context.CancellationToken) ?? throw new DomainNotFoundException(domain.Name);
        var number = request.Revision == Revision.Source ? head.State.Current : request.Revision;
        var stored = await TryReadAsync(stores, domain, number, context.CancellationToken) ?? throw new RevisionNotFoundException(domain.Name, number);
        var bytes = RevisionFile.ToBytes(stored.Revision);
        for (var start = 0; start < bytes.Length; start += ExportChunk)
        {
            var message = new V1.ExportRevisionResponse
            {
                Revision = start == 0 ? DomainResponses.ToRevision(stored, head.State.Current) : null,
                Data = UnsafeByteOperations.UnsafeWrap(bytes.AsMemory(start, Math.Min(ExportChunk, bytes.Length - start))),
            };
            await responseStream.WriteAsync(message, context.CancellationToken);
        }
    }

    [Authorize(Policy.ChangeDomains)]
    public override async Task<V1.Domain> ResetDomain(V1.ResetDomainRequest request, ServerCallContext context)
    {
        var domain = DomainOf(request.Domain, context);
        if (request.Revision < 0) throw Invalid("revision", $"revision must be 0 or more. Given: {request.Revision}.");
        var stores = ReaderOf(request.Model).Stores;
        if (request.Revision != Revision.Source
            && await TryReadAsync(stores, domain, request.Revision, context.CancellationToken) is not { Revision.Verdict.Passed: true })
        {
            throw new RevisionNotFoundException(domain.Name, request.Revision);
        }

        await ChangeAsync(stores, domain, head =>
        {
            var state = head.State.Reset() with { Good = request.Revision == Revision.Source ? [] : [request.Revision] };
            var logged = new DomainEvent(time.GetUtcNow(), domain.Key, DomainEventKind.Reset, state.Current, head.State.Current) { Reason = ResetReason.Operator };
            return new DomainChange(state, head.Frozen, logged);
        });
        return await DescribeAsync(domain, request.Model, context.CancellationToken);
    }

    [Authorize(Policy.ChangeDomains)]
    public override async Task<V1.Domain> FreezeDomain(V1.FreezeDomainRequest request, ServerCallContext context)
    {
        var domain = DomainOf(request.Domain, context);
        var kind = request.Unfreeze ? DomainEventKind.Unfrozen : DomainEventKind.Frozen;
        await ChangeAsync(ReaderOf(request.Model).Stores, domain, head => head.Frozen == !request.Unfreeze
            ? null
            : new DomainChange(head.State, !request.Unfreeze, new DomainEvent(time.GetUtcNow(), domain.Key, kind, head.State.Current)));
        return await DescribeAsync(domain, request.Model, context.CancellationToken);
    }

    [Authorize(Policy.ChangeDomains)]
    public override async Task<V1.DeleteDomainResponse> DeleteDomain(V1.DeleteDomainRequest request, ServerCallContext context)
    {
        var domain = DomainOf(request.Domain, context);
        var deleted = await _domains.Stores.Domains.DeleteAsync(domain.Key, time.GetUtcNow(), context.CancellationToken)
            ?? throw new DomainNotFoundException(domain.Name);
        _domains.Languages.Invalidate(domain.Key);
        return new V1.DeleteDomainResponse { Utterances = deleted.Utterances, Revisions = deleted.Revisions };
    }

    [Authorize(Policy.ChangeDomains)]
    public override async Task<V1.DomainLanguage> SetDomainLanguage(V1.SetDomainLanguageRequest request, ServerCallContext context)
    {
        var domain = DomainOf(request.Domain, context);
        var language = DecodingValidation.ToLanguage(request, options.LanguageExpiry, time.GetUtcNow());
        try
        {
            await Task.Run(() => _domains.Languages.Make(language), context.CancellationToken);
        }
        catch (ArgumentException exception)
        {
            throw Invalid("text or hotwords", exception.Message);
        }

        await _domains.Stores.Domains.TryFoundAsync(domain.Key, time.GetUtcNow(), context.CancellationToken);
        await _domains.Languages.Store.WriteAsync(domain.Key, language, context.CancellationToken);
        _domains.Languages.Invalidate(domain.Key);
        return DomainResponses.ToLanguage(domain, language);
    }

    [Authorize(Policy.SeeDomains)]
    public override async Task<V1.DomainLanguage> GetDomainLanguage(V1.GetDomainLanguageRequest request, ServerCallContext context)
    {
        var domain = DomainOf(request.Domain, context);
        var language = await _domains.Languages.Store.ReadAsync(domain.Key, context.CancellationToken) ?? throw new DomainNotFoundException(domain.Name);
        return DomainResponses.ToLanguage(domain, language);
    }

    [Authorize(Policy.ChangeDomains)]
    public override async Task<V1.DeleteDomainLanguageResponse> DeleteDomainLanguage(V1.DeleteDomainLanguageRequest request, ServerCallContext context)
    {
        var domain = DomainOf(request.Domain, context);
        if (!await _domains.Languages.Store.DeleteAsync(domain.Key, context.CancellationToken)) throw new DomainNotFoundException(domain.Name);
        _domains.Languages.Invalidate(domain.Key);
        return new V1.DeleteDomainLanguageResponse();
    }

    [Authorize(Policy.SeeDomains)]
    public override async Task WatchEvents(V1.WatchEventsRequest request, IServerStreamWriter<V1.DomainEvent> responseStream, ServerCallContext context)
    {
        var tenant = TenantOf(context);
        var wanted = request.Domain.Length > 0 ? DomainOf(request.Domain, context) : null;
        if (request.AfterId < 0) throw Invalid("after_id", $"after_id must be 0 or more. Given: {request.AfterId}.");
        var (stores, retired) = FollowingOf(request.Model);
        var events = stores.Events;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping, retired);
        try
        {
            var after = request.HasAfterId ? request.AfterId : await events.LastIdAsync(ending.Token);
            await context.WriteResponseHeadersAsync([]); // the client knows from here on that it misses nothing
            await foreach (var item in events.WatchAsync(after, ending.Token))
            {
                var domain = DomainId.Parse(item.Domain);
                if (domain.Tenant == tenant && (wanted is null || wanted == domain))
                    await responseStream.WriteAsync(DomainResponses.ToEvent(item), ending.Token);
            }
        }
        catch (OperationCanceledException) when (retired.IsCancellationRequested)
        {
            throw new ModelSwappedException();
        }
    }

    private static string TenantOf(ServerCallContext context) => RequestSummary.Of(context).Caller.Tenant;

    private static DomainId DomainOf(string name, ServerCallContext context) => DomainValidation.Check(name, TenantOf(context));

    private static InvalidRequestException Invalid(string field, string description) => new([new FieldProblem(field, description)]);

    /// <summary>The domains of a text model, or of the speech model where none is named.</summary>
    private DomainReader ReaderOf(string model) => model.Length == 0 ? _domains.Reader : texts.Find(model).Reader;

    /// <summary>Where they are stored, and what is cancelled when another checkpoint serves in the model's place.</summary>
    private (ScopeStores Stores, CancellationToken Retired) FollowingOf(string model)
    {
        if (model.Length > 0) return texts.Following(model);
        var (speech, retired) = serving.Following;
        return (speech.Stores, retired);
    }

    /// <summary>An operator's change goes on when the client gives up: half of it cannot be.</summary>
    private static async Task ChangeAsync(ScopeStores stores, DomainId domain, Func<DomainHead, DomainChange?> change)
    {
        if (await stores.Domains.ChangeAsync(domain.Key, change, CancellationToken.None) is null) throw new DomainNotFoundException(domain.Name);
    }

    private async Task<V1.Domain> DescribeAsync(DomainId domain, string model, CancellationToken cancellationToken) =>
        await TryDescribeAsync(domain, model, cancellationToken) ?? throw new DomainNotFoundException(domain.Name);

    private async Task<V1.Domain?> TryDescribeAsync(DomainId domain, string model, CancellationToken cancellationToken)
    {
        var reader = ReaderOf(model);
        if (await reader.ReadAsync(domain.Key, cancellationToken) is not { } stored) return null;
        var waiting = await reader.Stores.Domains.CountWaitingAsync(domain.Key, cancellationToken);
        return DomainResponses.ToDomain(stored, waiting, model.Length == 0 ? slow.Value : null);
    }

    /// <summary>A revision that can be read; null if it is gone or damaged.</summary>
    private static async Task<StoredRevision?> TryReadAsync(ScopeStores stores, DomainId domain, long number, CancellationToken cancellationToken)
    {
        try
        {
            return await stores.Revisions.ReadAsync(domain.Key, number, cancellationToken);
        }
        catch (RevisionException)
        {
            return null;
        }
    }
}
