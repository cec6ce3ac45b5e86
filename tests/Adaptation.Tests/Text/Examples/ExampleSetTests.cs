using Attune.Adaptation.Text.Examples;

namespace Attune.Adaptation.Tests.Text.Examples;

public class ExampleSetTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Cosines with (1, 0): 1, 0.8, 0.6, 0, -1, and 0.8 once more.</summary>
    private static readonly ExampleSet Set = new(
    [
        Of("a", null, 1, 0), Of("b", 2, 0.8f, 0.6f), Of("c", null, 0.6f, 0.8f), Of("d", 1, 0, 1), Of("e", 0, -1, 0), Of("f", null, 0.8f, -0.6f),
    ]);

    [Fact]
    public void Nearest_Always_ComesByCosine() => Assert.Equal(["a", "f", "b", "c"], Ids(4, -1));

    [Fact]
    public void Nearest_Floor_LeavesTheOthersOut() => Assert.Equal(["a", "f", "b"], Ids(6, 0.7));

    [Fact]
    public void Nearest_Labelled_LeavesExamplesWithoutLabelOut() => Assert.Equal(["b", "d", "e"], Ids(6, -1, labelled: true));

    [Fact]
    public void Nearest_Expired_LeavesThemOut() => Assert.Empty(Set.Nearest(new float[] { 1, 0 }, 6, -1, labelled: false, Now.AddHours(1)));

    [Fact]
    public void Nearest_Without_LeavesThemOut() =>
        Assert.Equal(["f", "c"], Set.Nearest(new float[] { 1, 0 }, 2, -1, labelled: false, Now, id => id is "a" or "b").Select(example => example.Id));

    [Fact]
    public void Nearest_OfAnotherModel_FindsNothing() => Assert.Empty(Set.Nearest(new float[] { 1, 0, 0 }, 6, -1, labelled: false, Now));

    [Fact]
    public void Nearest_None_FindsNothing() => Assert.Empty(ExampleSet.Empty.Nearest(new float[] { 1, 0 }, 6, -1, labelled: false, Now));

    private static string[] Ids(int count, double floor, bool labelled = false) => [.. Set.Nearest(new float[] { 1, 0 }, count, floor, labelled, Now).Select(example => example.Id)];

    private static EmbeddedExample Of(string id, int? label, params float[] embedding) => new(new TextExample(id, id, label), embedding, Now.AddHours(1));
}
