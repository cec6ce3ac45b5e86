using Attune.Server.Access;

namespace Attune.Server.Tests.Access;

/// <summary>A client that a server is configured with.</summary>
/// <param name="Name">In the configuration.</param>
/// <param name="Key">What it shows.</param>
/// <param name="Settings">What makes the server know it.</param>
internal sealed record TestClient(string Name, string Key, string[] Settings)
{
    /// <summary>A client with a new key.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="roles">Separated by spaces.</param>
    /// <param name="tenant">Its tenant.</param>
    /// <param name="limits">Further settings of it, in pairs of key and value.</param>
    public static TestClient New(string name, string roles, string tenant = "default", params string[] limits)
    {
        var key = ApiKey.New();
        var path = $"--Access:Clients:{name}";
        List<string> settings = [$"{path}:KeySha256={ApiKey.Sha256Of(key)}", $"{path}:Roles={roles}", $"{path}:Tenant={tenant}"];
        for (var i = 0; i < limits.Length; i += 2) settings.Add($"{path}:{limits[i]}={limits[i + 1]}");
        return new TestClient(name, key, [.. settings]);
    }
}
