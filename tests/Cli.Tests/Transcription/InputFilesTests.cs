using Attune.Cli.Transcription;

namespace Attune.Cli.Tests.Transcription;

public sealed class InputFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public InputFilesTests()
    {
        foreach (var name in new[] { "b.wav", "a.FLAC", "c.opus", "b.txt", "notes.md" }) File.WriteAllText(_folder.File(name), "");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Expand_Folder_GivesItsAudioInOrder() =>
        Assert.Equal([new(_folder.File("a.FLAC")), new(_folder.File("b.wav")), new(_folder.File("c.opus"))], InputFiles.Expand([_folder.Path]));

    [Fact]
    public void Expand_Pattern_GivesWhatMatches() =>
        Assert.Equal([new(_folder.File("b.txt")), new(_folder.File("b.wav"))], InputFiles.Expand([_folder.File("b.*")]));

    [Fact]
    public void Expand_Files_KeepsTheirOrderAndAnyName() =>
        Assert.Equal([new(_folder.File("notes.md")), new(_folder.File("b.wav"))], InputFiles.Expand([_folder.File("notes.md"), _folder.File("b.wav")]));

    [Theory]
    [InlineData("missing.wav", "not_found")]
    [InlineData("*.mp3", "not_found")]
    [InlineData("missing/*.wav", "not_found")]
    public void Expand_NothingThere_IsAFailure(string name, string code)
    {
        var file = Assert.Single(InputFiles.Expand([_folder.File(name)]));

        Assert.Equal(_folder.File(name), file.Path);
        Assert.Equal(code, file.Failure?.Code);
    }

    [Fact]
    public void Expand_FolderWithoutAudio_IsAFailure()
    {
        Directory.CreateDirectory(_folder.File("empty"));

        Assert.Equal("no_audio", Assert.Single(InputFiles.Expand([_folder.File("empty")])).Failure?.Code);
    }
}
