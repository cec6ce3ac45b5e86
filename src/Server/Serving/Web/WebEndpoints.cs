using System.Reflection;
using Attune.Server.Access;

namespace Attune.Server.Serving.Web;

/// <summary>What browsers can reach.</summary>
internal static class WebEndpoints
{
    /// <summary>Time between two pings on a WebSocket on which nothing else is sent.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    /// <summary>The WebSocket /v1/stream, and the page /stream that shows how to use it.</summary>
    public static void MapStreamSocket(this WebApplication app)
    {
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = KeepAlive });
        app.Map("/v1/stream", (HttpContext context, StreamSocket socket) => socket.HandleAsync(context)).RequireAuthorization(Policy.Recognise);
        app.MapGet("/stream", () => Results.Stream(Page(), "text/html; charset=utf-8")).AllowAnonymous();
    }

    private static Stream Page() => Assembly.GetExecutingAssembly().GetManifestResourceStream("Console/stream.html")!;
}
