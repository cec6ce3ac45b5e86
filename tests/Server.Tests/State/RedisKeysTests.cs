using System.Text.RegularExpressions;
using System.Xml.Linq;
using Attune.Adaptation.Checkpoints;
using Attune.Server.State;
using Attune.Server.Tests.Domains;

namespace Attune.Server.Tests.State;

/// <summary>The table of keys in the documentation of <see cref="RedisKeys"/>, held against what a server stores.</summary>
public partial class RedisKeysTests
{
    private const string Root = "{attune}:1:";

    public static TheoryData<string> Kinds => TestStore.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Table_LifeOfADomain_HasEveryKeyWithItsTypeAndExpiry(string kind)
    {
        using var store = new LastingStore(kind);
        using var story = TinyTextModel.Gpt2();
        // A set whose revisions are larger than a piece.
        await using var host = await DomainHost.StartAsync([.. store.Settings, "--State:LeaseDuration", "00:05:00", "--Adaptation:Fast:Parameters", "suta", $"--Text:Models:story={story.FolderPath}"]);
        await host.TeachAsync();
        await host.SayAsync();
        await host.StoredAsync(DomainHost.Line, 3);
        var lease = (await host.Stores.Leases.TryAcquireAsync(DomainHost.Line, TestStore.Token))!;
        await host.Stores.Revisions.SaveCandidateAsync((await host.Stores.Revisions.ReadAsync(DomainHost.Line, 1, TestStore.Token))!.Revision, lease.Fence, TestStore.Token);
        await host.SayAsync(); // enough for an update, which the lease holds up
        await host.StoredAsync(DomainHost.Line, 4);
        await host.Domains.SetDomainLanguageAsync(new V1.SetDomainLanguageRequest { Domain = DomainHost.Line, Text = "one two" });
        await new V1.Text.TextClient(host.Channel).AddExamplesAsync(new V1.AddExamplesRequest { Domain = DomainHost.Line, Examples = { new V1.Example { Text = "one two" } } });
        await host.Get<ActivationStore>().WriteAsync(CheckpointActivation.None, TestStore.Token);
        await host.Get<ActivationStore>().WriteAsync(CheckpointActivation.None with { Model = "story" }, TestStore.Token);

        var table = ReadTable().ToArray();
        var seen = new HashSet<TableRow>();
        foreach (var key in await StoredKeys.ReadAsync(host.Connection))
        {
            var row = Assert.Single(table, row => row.Pattern.IsMatch(key));
            var type = (string)(await host.Connection.RunAsync(database => database.ExecuteAsync("TYPE", key), TestStore.Token))!;
            var left = await host.Connection.RunAsync(database => database.KeyTimeToLiveAsync(key), TestStore.Token);
            Assert.Equal((key, row.Type, row.Expires), (key, type, left is not null));
            seen.Add(row);
        }

        var missing = table.Except(seen).Select(row => row.Name);
        Assert.Equal(kind == TestStore.Embedded ? ["format", "migration", "S:domain:D:revision:N:I", "S:domain:D:candidate:F:I"] : ["migration"], missing); // there they are files
    }

    /// <summary>The rows but for channels, from the documentation file of the assembly.</summary>
    private static IEnumerable<TableRow> ReadTable()
    {
        var documentation = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "Attune.Server.xml"));
        var keys = documentation.Descendants("member").Single(member => (string?)member.Attribute("name") == $"T:{typeof(RedisKeys).FullName}");
        foreach (var item in keys.Descendants("item"))
        {
            var name = string.Concat(item.Element("term")!.Nodes().OfType<XText>()) + string.Concat(item.Element("term")!.Elements("c").Select(text => text.Value));
            if (name.StartsWith("channel", StringComparison.Ordinal)) continue;
            var text = Whitespace().Replace(string.Concat(item.Element("description")!.DescendantNodes().Select(Text)), " ");
            var type = text.StartsWith("sorted set", StringComparison.Ordinal) ? "zset"
                : text.StartsWith("hash", StringComparison.Ordinal) ? "hash"
                : text.StartsWith("list", StringComparison.Ordinal) ? "list"
                : "string"; // counters too
            var expiry = text.Split(';')[^1];
            var pattern = string.Concat(name.Split(':').Select(part => ":" + (part switch
            {
                "S" => @"[0-9a-f]{16}\.[a-z0-9-]+",
                "D" => DomainHost.Line,
                "M" => "story",
                "ID" => "[0-9a-f]{32}",
                "N" or "F" or "I" => "[0-9]+",
                _ => Regex.Escape(part),
            })))[1..];
            yield return new TableRow(name, new Regex($"^{Regex.Escape(Root)}{pattern}$"), type, !expiry.StartsWith(" none", StringComparison.Ordinal));
        }

        static string Text(XNode node) => node switch
        {
            XText text => text.Value,
            XElement element when element.Attribute("cref") is { } cref => cref.Value,
            _ => "",
        };
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();

    private sealed record TableRow(string Name, Regex Pattern, string Type, bool Expires);
}
