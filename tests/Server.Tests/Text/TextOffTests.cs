using Attune.Recognition.Models;
using Attune.Server.Configuration;
using Grpc.Core;
using Microsoft.Extensions.Configuration;

namespace Attune.Server.Tests.Text;

public sealed class TextOffTests(ServerFixture server)
{
    [Fact]
    public async Task Score_NoModelIsConfigured_SaysHow()
    {
        var client = new V1.Text.TextClient(server.Channel);

        var failure = await GrpcErrors.FailureAsync(client.ScoreAsync(new() { Text = "a" }));

        GrpcErrors.AssertError(failure, StatusCode.FailedPrecondition, "TEXT_OFF", "Text:Models:NAME=FOLDER");
        Assert.Empty((await client.ListModelsAsync(new())).Models);
    }

    [Fact]
    public async Task Build_ModelThatCannotBeUsed_NamesTheSetting()
    {
        using var tiny = TinyTextModel.Gpt2();
        File.Delete(tiny.FilePath("merges.txt"));

        var exception = await Assert.ThrowsAsync<ModelException>(() => ServerHost.BuildAsync([$"--Text:Models:story={tiny.FolderPath}"]));

        Assert.Contains("Text:Models:story: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains("merges.txt is missing", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Text:Models:story:Path", "Text:Models:story:Path is not a setting. Text:Models:story takes one value.")]
    [InlineData("Text:Model", "Text:Model is not a setting. Text has MaxConcurrentRequests, MaxCharacters, Models, GuardTexts, Adaptation, Slow, Examples, Tent.")]
    [InlineData("Text:MaxConcurrentRequests", "between 1 and 10000")]
    public void Check_WrongSetting_SaysTheRule(string key, string message)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(key, "0")]).Build();

        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => OptionSections.Check(configuration)).Message, StringComparison.Ordinal);
    }
}
