using System.Text.RegularExpressions;

namespace Attune.Server.Tests;

/// <summary>The table of faults in the documentation names tests that exist.</summary>
public partial class DrillsTests
{
    [Fact]
    public void Faults_InTheDocumentation_EachHaveTheirTest()
    {
        var rows = File.ReadLines(Path.Combine(RepositoryFiles.Root, "docs", "drills.md")).SkipWhile(line => line != "## Faults").Where(line => line.StartsWith('|')).Skip(2).ToArray();
        var tests = typeof(DrillsTests).Assembly.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttributes(typeof(FactAttribute), inherit: true).Length > 0)
            .Select(method => method.Name).ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Contains(Name().Match(row).Groups[1].Value, tests));
    }

    [GeneratedRegex(@"\| `(\w+)` \|$")]
    private static partial Regex Name();
}
