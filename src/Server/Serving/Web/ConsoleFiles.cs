using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace Attune.Server.Serving.Web;

/// <summary>The files of the console, which are part of the program: nothing is fetched from elsewhere.</summary>
/// <remarks>
/// Pages are asked for again each time, and name what they need below a folder of the version, which browsers may keep for ever. Immutable, thread-safe.
/// </remarks>
internal sealed class ConsoleFiles
{
    private const string Prefix = "Console/";

    /// <summary>What stands in pages for the version.</summary>
    private const string VersionMark = "{version}";

    /// <summary>Nothing but the server's own files runs, and no other page can hold the console in a frame.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly Dictionary<string, (byte[] Content, string Type, EntityTagHeaderValue Tag)> _files = new(StringComparer.Ordinal);

    public ConsoleFiles()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var contents = assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .ToDictionary(name => name[Prefix.Length..], name => Read(assembly, name));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, content) in contents)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(content);
        }

        Version = Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
        foreach (var (name, content) in contents)
        {
            var bytes = name.EndsWith(".html", StringComparison.Ordinal)
                ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).Replace(VersionMark, Version, StringComparison.Ordinal))
                : content;
            _files[name] = (bytes, TypeOf(name), new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\""));
        }
    }

    /// <summary>Changes with any of the files.</summary>
    public string Version { get; }

    /// <summary>One of the pages.</summary>
    public IResult Page(HttpContext context, string name)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.CacheControl = "no-cache";
        headers["Permissions-Policy"] = "microphone=(self), camera=(), geolocation=()";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return Send(context, name);
    }

    /// <summary>What a page needs. A page of another version, which a replica serves, gets the files of this one, and does not keep them.</summary>
    public IResult Asset(HttpContext context, string version, string path)
    {
        if (!_files.ContainsKey(path) || path.EndsWith(".html", StringComparison.Ordinal)) return Results.NotFound();
        context.Response.Headers.CacheControl = version == Version ? "public, max-age=31536000, immutable" : "no-store";
        return Send(context, path);
    }

    private IResult Send(HttpContext context, string name)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        var (content, type, tag) = _files[name];
        return Results.Bytes(content, type, entityTag: tag);
    }

    private static byte[] Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => throw new InvalidOperationException($"The console has a file of an unknown type: {name}."),
    };
}
