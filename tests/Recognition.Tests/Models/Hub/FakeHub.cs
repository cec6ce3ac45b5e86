using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Attune.Recognition.Tests.Models.Hub;

/// <summary>A hub that has one model, tiny-group, as <c>acme/tiny</c>; its weights are on a second host, as large files are on the real one.</summary>
internal sealed class FakeHub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly Dictionary<string, byte[]> _files = [];

    public FakeHub()
    {
        foreach (var path in Directory.GetFiles(RepositoryFiles.Golden("tiny-group")))
        {
            if (Path.GetFileName(path) != "golden.json") _files[Path.GetFileName(path)] = File.ReadAllBytes(path);
        }

        _files["pytorch_model.bin"] = [1, 2, 3]; // what is not to be fetched
        Store = new HubServer(request => OnStore?.Invoke(request) ?? Part(request, _files["model.safetensors"]));
        Server = new HubServer(request => OnHub?.Invoke(request) ?? Answer(request));
    }

    public HubServer Server { get; }

    /// <summary>The other host.</summary>
    public HubServer Store { get; }

    /// <summary>Answers in place of the hub; null from it for what an honest one answers.</summary>
    public Func<HubRequest, HubReply?>? OnHub { get; set; }

    /// <summary>The same of the other host.</summary>
    public Func<HubRequest, HubReply?>? OnStore { get; set; }

    public Dictionary<string, byte[]> Files => _files;

    public byte[] Weights => _files["model.safetensors"];

    public void Dispose()
    {
        Server.Dispose();
        Store.Dispose();
    }

    /// <summary>A file, from where the request wants it.</summary>
    public static HubReply Part(HubRequest request, byte[] content) => request.From == 0
        ? new(200, content)
        : new(206, content[request.From..])
        {
            Headers = { ["Content-Range"] = string.Create(CultureInfo.InvariantCulture, $"bytes {request.From}-{content.Length - 1}/{content.Length}") },
        };

    /// <summary>What an honest hub says of a file.</summary>
    public HubReply Answer(HubRequest request)
    {
        if (request.Path.StartsWith("/api/models/acme/tiny/revision/", StringComparison.Ordinal))
        {
            var listing = new { sha = Commit, siblings = _files.Keys.Select(name => new { rfilename = name }) };
            return new(200, JsonSerializer.SerializeToUtf8Bytes(listing));
        }

        var prefix = $"/acme/tiny/resolve/{Commit}/";
        if (!request.Path.StartsWith(prefix, StringComparison.Ordinal) || !_files.TryGetValue(request.Path[prefix.Length..], out var content))
            return new(404, []);
        if (request.Path.EndsWith(".safetensors", StringComparison.Ordinal))
        {
            return new(302, [])
            {
                Headers =
                {
                    ["Location"] = Store.Address + "/bucket/1",
                    ["X-Linked-Etag"] = $"\"{Convert.ToHexStringLower(SHA256.HashData(content))}\"",
                    ["X-Linked-Size"] = content.Length.ToString(CultureInfo.InvariantCulture),
                },
            };
        }

        var reply = Part(request, content);
        reply.Headers["ETag"] = $"\"{GitHash(content)}\"";
        return reply;
    }

    private static string GitHash(byte[] content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
