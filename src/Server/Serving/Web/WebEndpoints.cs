using System.Net.Mime;
using Attune.Server.Access;

namespace Attune.Server.Serving.Web;

/// <summary>What browsers can reach, besides the methods that have JSON.</summary>
internal static class WebEndpoints
{
    /// <summary>Time between two pings on a WebSocket on which nothing else is sent.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    /// <summary>Refuses what pages of other origins ask for, and lets the browser give those that are named what they get.</summary>
    public static void UsePageOrigins(this WebApplication app)
    {
        var origins = app.Services.GetRequiredService<PageOrigins>();
        app.Use(origins.HandleAsync);
        if (origins.Others.Count > 0) app.UseCors(policy => policy.WithOrigins([.. origins.Others]).AllowAnyHeader().AllowAnyMethod());
    }

    /// <summary>The WebSocket /v1/stream, the console, and the description of the JSON doors as document and as page.</summary>
    public static void MapWeb(this WebApplication app)
    {
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = KeepAlive });
        app.Map("/v1/stream", (HttpContext context, StreamSocket socket) => socket.HandleAsync(context)).RequireAuthorization(Policy.Recognise);

        var files = new ConsoleFiles();
        app.MapGet("/", (HttpContext context) => files.Page(context, "index.html")).AllowAnonymous();
        app.MapGet("/openapi", (HttpContext context) => files.Page(context, "openapi.html")).AllowAnonymous();
        app.MapGet("/console/{version}/{**path}", (HttpContext context, string version, string path) => files.Asset(context, version, path)).AllowAnonymous();

        var document = new Lazy<string>(() => OpenApiDocument.Create().ToJsonString());
        app.MapGet("/openapi/v1.json", () => Results.Text(document.Value, MediaTypeNames.Application.Json)).AllowAnonymous();
    }
}
