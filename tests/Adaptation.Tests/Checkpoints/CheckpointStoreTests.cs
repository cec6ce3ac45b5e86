using Attune.Adaptation.Checkpoints;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Checkpoints;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ModelFolderCopy _model = new();
    private readonly CheckpointStore _store;

    public CheckpointStoreTests() => _store = new CheckpointStore(_folder.Path, TimeProvider.System);

    public void Dispose()
    {
        _store.Dispose();
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Import_Model_IsCopiedAndVerified()
    {
        var checkpoint = Import();

        Assert.Equal("tiny", checkpoint.Name);
        Assert.Equal(64, checkpoint.Id.Length);
        using var model = Model.Open(_store.Verify(checkpoint.Id));
        using var original = Model.Open(_model.FolderPath);
        Assert.Equal(original.Sha256, model.Sha256);
    }

    [Fact]
    public void Import_SameContentTwice_IsOneCheckpoint()
    {
        var first = Import();

        var second = _store.Import(_model.FolderPath, "other name", "import");

        Assert.Equal((first.Id, "tiny"), (second.Id, second.Name));
        Assert.Single(_store.List());
    }

    [Fact]
    public void Import_OtherContent_HasAnotherId()
    {
        var first = Import();
        _model.Configure("layer_norm_eps", "1e-4");

        var second = Import();

        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(2, _store.List().Count);
    }

    [Fact]
    public void Import_FilesThatAreNoPartOfAModel_AreLeftOut()
    {
        File.WriteAllText(_model.FilePath("notes.txt"), "mine");

        var checkpoint = Import();

        Assert.DoesNotContain(checkpoint.Files, file => file.Name == "notes.txt");
    }

    [Fact]
    public void Import_NoModel_IsRefusedAndLeavesNothing()
    {
        File.Delete(_model.FilePath("vocab.json"));

        var exception = Assert.Throws<CheckpointException>(Import);

        Assert.Equal(CheckpointError.Invalid, exception.Error);
        Assert.Empty(_store.List());
        Assert.DoesNotContain(
            Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories), path => !path.EndsWith(".lock", StringComparison.Ordinal));
    }

    [Fact]
    public void Import_NoFolder_IsRefused()
    {
        var exception = Assert.Throws<CheckpointException>(() => _store.Import(_folder.File("none"), "none", "import"));

        Assert.Equal(CheckpointError.Invalid, exception.Error);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("config.json")]
    [InlineData("checkpoint.json")]
    public void Verify_TamperedFile_IsRefusedByItsHash(string name)
    {
        var checkpoint = Import();
        var path = Path.Combine(_store.CheckpointsFolder, checkpoint.Id, name);
        var bytes = File.ReadAllBytes(path);
        var position = name == "checkpoint.json" ? Array.IndexOf(bytes, (byte)'f', bytes.Length / 2) : bytes.Length - 2;
        bytes[position] ^= 1;
        File.WriteAllBytes(path, bytes);

        var exception = Assert.Throws<CheckpointException>(() => _store.Verify(checkpoint.Id));

        Assert.Contains(exception.Error, new[] { CheckpointError.Damaged, CheckpointError.NotFound });
        Assert.Equal(name == "checkpoint.json" ? exception.Error : CheckpointError.Damaged, exception.Error);
    }

    [Fact]
    public void Verify_FileAddedOrMissing_IsRefused()
    {
        var checkpoint = Import();
        var folder = Path.Combine(_store.CheckpointsFolder, checkpoint.Id);
        File.WriteAllText(Path.Combine(folder, "added_tokens.json"), "{}");
        Assert.Equal(CheckpointError.Damaged, Assert.Throws<CheckpointException>(() => _store.Verify(checkpoint.Id)).Error);
        File.Delete(Path.Combine(folder, "added_tokens.json"));
        File.Delete(Path.Combine(folder, "preprocessor_config.json"));

        var exception = Assert.Throws<CheckpointException>(() => _store.Verify(checkpoint.Id));

        Assert.Equal(CheckpointError.Damaged, exception.Error);
        Assert.Contains("preprocessor_config.json", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_AfterDamage_Repairs()
    {
        var checkpoint = Import();
        File.WriteAllText(Path.Combine(_store.CheckpointsFolder, checkpoint.Id, "checkpoint.json"), "{");

        Import();

        Assert.EndsWith(checkpoint.Id, _store.Verify(checkpoint.Id), StringComparison.Ordinal);
    }

    [Fact]
    public void Find_BeginningOfAnId_IsEnoughIfUnique()
    {
        var checkpoint = Import();

        Assert.Equal(checkpoint.Id, _store.Find(checkpoint.Id[..6]).Id);
        Assert.Equal(CheckpointError.NotFound, Assert.Throws<CheckpointException>(() => _store.Find("zz")).Error);
        Assert.Equal(CheckpointError.NotFound, Assert.Throws<CheckpointException>(() => _store.Find("")).Error);
    }

    [Fact]
    public void Activate_IsThereAfterReopening()
    {
        var activation = new CheckpointActivation(3, "abc", null, DateTimeOffset.UnixEpoch, true, "said no");

        _store.Activate(activation);

        using var reopened = new CheckpointStore(_folder.Path, TimeProvider.System);
        Assert.Equal(activation, reopened.ActiveOf(""));
        Assert.True(reopened.ActiveOf("").CanRollBack);
    }

    [Fact]
    public void Activate_OlderVersion_ChangesNothing()
    {
        _store.Activate(CheckpointActivation.None with { Version = 3, Active = "new" });

        _store.Activate(CheckpointActivation.None with { Version = 2, Active = "old" });

        Assert.Equal("new", _store.ActiveOf("").Active);
    }

    [Fact]
    public void Active_DamagedFile_IsNone()
    {
        File.WriteAllText(_folder.File("active.json"), "{\"version\":");

        Assert.Equal(CheckpointActivation.None, _store.ActiveOf(""));
    }

    [Fact]
    public void Open_LeftOversOfAProcessThatIsGone_AreRemovedThoseOfALivingOneStay()
    {
        var abandoned = Directory.CreateDirectory(_folder.File("incoming/abandoned"));
        File.WriteAllText(Path.Combine(abandoned.FullName, "model.safetensors"), "half");
        var mine = Directory.CreateDirectory(_store.NewIncoming());

        using var other = new CheckpointStore(_folder.Path, TimeProvider.System);

        Assert.False(Directory.Exists(abandoned.FullName));
        Assert.True(Directory.Exists(mine.FullName));
        Assert.Empty(other.List());
    }

    private Checkpoint Import() => _store.Import(_model.FolderPath, "tiny", "import");
}
