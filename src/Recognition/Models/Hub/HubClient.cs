using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Attune.Recognition.Models.Hub;

/// <summary>Asks a hub over HTTP: what a model has, what a file is, and for its bytes.</summary>
/// <remarks>
/// Redirects are followed here, because they decide who gets the token: the endpoint alone, by scheme, host and port. Thread-safe.
/// </remarks>
internal sealed class HubClient : IDisposable
{
    private const int MaxRedirects = 10;
    private const int MaxListingBytes = 1 << 24;

    private readonly Uri _endpoint;
    private readonly string? _token;
    private readonly HttpClient _http;

    /// <exception cref="ArgumentException">The endpoint is no address, or the token cannot be sent.</exception>
    public HubClient(HubOptions options)
    {
        if (!Uri.TryCreate(options.Endpoint.TrimEnd('/') + "/", UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
            throw new ArgumentException($"The hub's endpoint must be an address such as https://huggingface.co. Given: '{options.Endpoint}'.");
        if (options.Token is { } token && token.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new ArgumentException("The hub's token must be of visible ASCII characters, without spaces. Check HF_TOKEN.");
        _endpoint = endpoint;
        _token = options.Token;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = options.StallTimeout, UseCookies = false };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("attune", typeof(HubClient).Assembly.GetName().Version!.ToString(3)));
        _http.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity")); // lengths and ranges are of the file itself
    }

    /// <summary>The commit that a revision stands for, and the names of its files.</summary>
    public async Task<(string Commit, IReadOnlyList<string> Names)> ListAsync(HubReference reference, CancellationToken cancellationToken)
    {
        var address = new Uri(_endpoint, $"api/models/{reference.Repository}/revision/{Uri.EscapeDataString(reference.Revision)}");
        using var response = await SendAsync(HttpMethod.Get, address, from: 0, followAll: true, cancellationToken);
        Check(response, reference.ToString());
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxListingBytes, cancellationToken);
            using var json = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), default, cancellationToken);
            var commit = json.RootElement.GetProperty("sha").GetString();
            if (commit is null || !HubReference.CommitPattern().IsMatch(commit)) throw new JsonException("'sha' is no commit.");
            return (commit, [.. json.RootElement.GetProperty("siblings").EnumerateArray().Select(file => file.GetProperty("rfilename").GetString()!)]);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new HubException(
                HubError.InvalidAnswer, $"{address} must answer with JSON that has 'sha' and 'siblings'. Is the endpoint a hub? {exception.Message}", exception);
        }
    }

    /// <summary>What a file is, without its bytes.</summary>
    public async Task<HubFile> DescribeAsync(HubReference reference, string commit, string name, CancellationToken cancellationToken)
    {
        // The hub describes the file; the store that it redirects to describes its own copy.
        using var response = await SendAsync(HttpMethod.Head, Resolve(reference, commit, name), from: 0, followAll: false, cancellationToken);
        if (!IsRedirect(response)) Check(response, $"{name} of {reference}");
        var etag = (Header(response, "X-Linked-Etag") ?? response.Headers.ETag?.Tag)?.Trim('"');
        var size = long.TryParse(Header(response, "X-Linked-Size"), out var linked) ? linked : response.Content.Headers.ContentLength;
        if (etag is null || !HubFile.IsUsable(etag) || size is null or < 0)
        {
            throw new HubException(
                HubError.InvalidAnswer, $"The hub must give {name} of {reference} a length and an ETag of letters and digits. Given: {size}, '{etag}'.");
        }

        return new HubFile(name, etag, size.Value);
    }

    /// <summary>The bytes of a file from a place on, or all of them if the hub gives no part. The caller disposes.</summary>
    public async Task<HttpResponseMessage> OpenAsync(HubReference reference, string commit, HubFile file, long from, CancellationToken cancellationToken)
    {
        var response = await SendAsync(HttpMethod.Get, Resolve(reference, commit, file.Name), from, followAll: true, cancellationToken);
        if (response.StatusCode != HttpStatusCode.RequestedRangeNotSatisfiable) Check(response, $"{file.Name} of {reference}");
        return response;
    }

    public void Dispose() => _http.Dispose();

    private Uri Resolve(HubReference reference, string commit, string name) => new(_endpoint, $"{reference.Repository}/resolve/{commit}/{name}");

    /// <param name="method">GET or HEAD.</param>
    /// <param name="address">Where to begin.</param>
    /// <param name="from">First byte that is wanted.</param>
    /// <param name="followAll">Whether redirects to other hosts are followed; those of a renamed model always are.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, long from, bool followAll, CancellationToken cancellationToken)
    {
        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            using var request = new HttpRequestMessage(method, address);
            if (from > 0) request.Headers.Range = new RangeHeaderValue(from, null);
            if (_token is not null && IsEndpoint(address)) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!IsRedirect(response) || response.Headers.Location is not { } location) return response;
            var next = new Uri(address, location);
            if (!followAll && !IsEndpoint(next)) return response;
            response.Dispose();
            if (next.Scheme != "https" && !(next.Scheme == "http" && _endpoint.Scheme == "http"))
                throw new HubException(HubError.InvalidAnswer, $"The hub redirects from {address.Scheme} to {next.Scheme}, which is not followed.");
            address = next;
        }

        throw new HubException(HubError.InvalidAnswer, $"The hub redirects more than {MaxRedirects} times, lately to {address.Host}.");
    }

    private bool IsEndpoint(Uri address) =>
        address.Scheme == _endpoint.Scheme && address.Port == _endpoint.Port && string.Equals(address.Host, _endpoint.Host, StringComparison.OrdinalIgnoreCase);

    private static bool IsRedirect(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.First() : null;

    /// <summary>Throws what a status stands for: what will stay so as <see cref="HubException"/>, what may pass as <see cref="HttpRequestException"/>.</summary>
    private void Check(HttpResponseMessage response, string what)
    {
        if (response.IsSuccessStatusCode) return;
        var status = (int)response.StatusCode;
        if (response.StatusCode == HttpStatusCode.NotFound)
            throw new HubException(HubError.NotFound, $"{_endpoint.Host} has no {what}. Check owner, name and revision.");
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw new HubException(
                HubError.Denied,
                $"{_endpoint.Host} refuses {what} ({status}): it does not exist, is private, or its terms must be accepted first. "
                + (_token is null ? "Set HF_TOKEN." : "Check what the token of HF_TOKEN may read."));
        }

        if (status is 408 or 429 or >= 500) throw new HttpRequestException($"{_endpoint.Host} answered {status}.", null, response.StatusCode);
        throw new HubException(HubError.InvalidAnswer, $"{_endpoint.Host} answered {status} to a request for {what}.");
    }
}
