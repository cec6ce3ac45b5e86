using Attune.Adaptation.Text.Editing;
using Attune.Recognition.Models;
using Attune.Text.Inference;
using Attune.Text.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Text.Editing;

public sealed class FactEditorTests : IDisposable
{
    private static readonly EditTexts Texts = new(["on a mat", "at"], ["the cat sat on the mat", "a dog ate the other cat in the hat", "where is the moon, and who saw it?"]);

    private readonly TinyTextModel _tiny = TinyTextModel.Gpt2(seed: 7);
    private readonly TextModel _model;
    private readonly FactEditor _editor;
    private readonly TemporaryFolder _folder = new();

    public FactEditorTests()
    {
        _model = _tiny.Open();
        _editor = new FactEditor(_model, new EditOptions { Steps = 60, LongestChange = 30, EssenceWeight = 0, Decay = 0 });
    }

    [Fact]
    public void Edit_MeanKey_RecallsTheChangedValue()
    {
        var edit = new FactEdit("cat", "see the {} at", "home");
        using var scope = NewDisposeScope();
        var prompts = new[] { "see the cat at", "on a mat. see the cat at", "at. see the cat at" }.Select(text => SubjectPrompt.Encode(_model.Tokenizer, text, "cat")).ToArray();
        var recall = SubjectRecall.Of(_editor.Network, 0, prompts);
        var search = new ValueSearch(
            _editor.Network, 0, prompts, _model.Tokenizer.Encode(" home"), [], recall.Value.norm().item<double>(), new EditOptions { Steps = 60, LongestChange = 30, EssenceWeight = 0, Decay = 0 });
        var change = search.Run(24, CancellationToken.None).Change;

        var edited = _editor.Edit([edit], layer: 0, Texts, null, CancellationToken.None);

        var key = recall.Key.data<double>().ToArray();
        var before = _model.Weights.ReadFloats(edited.Parameter.Name);
        for (var column = 0; column < 24; column++)
        {
            var moved = key.Select((value, row) => value * (edited.Values.Span[(row * 24) + column] - before[(row * 24) + column])).Sum();
            Assert.Equal(change[column], moved, 1e-4);
        }
    }

    [Fact]
    public void Edit_SeveralFacts_AreAnsweredAfterwards()
    {
        // Where a subject stands last, what the last layer recalls speaks for itself, even in a model that has learnt nothing.
        FactEdit[] edits = [new("cat", "see the {}", "the"), new("dog", "at last the {}", "the"), new("moon", "where is the {}", "the")];

        using var after = _editor.Edit(edits, layer: 1, Texts with { Prefixes = [] }, null, CancellationToken.None).ToParameters();

        var measurement = new EditMeasurement(_editor.Network, _model.Tokenizer);
        Assert.All(edits.Select(edit => measurement.Measure(edit, after)), figures =>
        {
            Assert.True(figures.IsReliable);
            Assert.Equal("the", figures.AnswerAfter);
            Assert.True(figures.ProbabilityAfter > 0.8, $"{figures.Subject}: {figures.ProbabilityBefore} -> {figures.ProbabilityAfter}");
        });
    }

    [Fact]
    public void Edit_ObjectOfSeveralTokens_BecomesMoreProbableAsAWhole()
    {
        var edit = new FactEdit("cat", "see the {}", "the");
        FactEdit longer = new("cat", "see the {}", "the mat");

        using var one = _editor.Edit([edit], layer: 0, Texts with { Prefixes = [] }, null, CancellationToken.None).ToParameters();
        using var several = _editor.Edit([longer], layer: 0, Texts with { Prefixes = [] }, null, CancellationToken.None).ToParameters();

        var measurement = new EditMeasurement(_editor.Network, _model.Tokenizer);
        var (first, second) = (measurement.Measure(edit, one), measurement.Measure(longer, several));
        Assert.True(first.IsReliable);
        Assert.True(first.ProbabilityAfter > 0.5, $"{first.ProbabilityAfter}");
        Assert.True(second.ProbabilityAfter > 10 * second.ProbabilityBefore, $"{second.ProbabilityBefore} -> {second.ProbabilityAfter}");
    }

    [Fact]
    public void Edit_SameSubjectTwice_SaysWhich()
    {
        FactEdit[] edits = [new("cat", "the {} sat on", "a hat"), new("dog", "the {} ate", "it"), new("cat", "the {} saw", "us")];

        var exception = Assert.Throws<EditException>(() => _editor.Edit(edits, layer: 0, Texts with { Prefixes = [] }, null, CancellationToken.None));

        Assert.Equal(EditError.SameKey, exception.Error);
        Assert.Contains("edit 3 ('cat')", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void Edit_UnknownLayer_SaysWhichThereAre(int layer)
    {
        var exception = Assert.Throws<EditException>(() => _editor.Edit([new("cat", "the {} sat on", "it")], layer, Texts, null, CancellationToken.None));

        Assert.Equal(EditError.UnknownLayer, exception.Error);
        Assert.Contains($"from 0 to 1. Given: {layer}.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Edit_LastLayer_IsRefusedUnlessTheSubjectStandsLast()
    {
        var exception = Assert.Throws<EditException>(() => _editor.Edit([new("cat", "the {} sat on", "it")], 1, Texts, null, CancellationToken.None));
        var edited = _editor.Edit([new("cat", "see the {}", "go")], 1, Texts, null, CancellationToken.None);

        Assert.Equal(EditError.UnknownLayer, exception.Error);
        Assert.Contains("no later token reads what it recalls", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, edited.Layer);
    }

    [Fact]
    public void Edit_NoOrdinaryText_SaysSo()
    {
        var exception = Assert.Throws<EditException>(() => _editor.Edit([new("cat", "the {} sat on", "it")], 0, Texts with { Ordinary = [""] }, null, CancellationToken.None));

        Assert.Equal(EditError.NoText, exception.Error);
    }

    [Fact]
    public void Edit_Classifier_SaysThatItPredictsNothing()
    {
        using var tiny = TinyTextModel.Bert();
        using var bert = tiny.Open();

        Assert.Equal(EditError.WrongModel, Assert.Throws<EditException>(() => new FactEditor(bert, new EditOptions())).Error);
    }

    [Fact]
    public void Edit_Twice_LeavesNoTensorsAndGivesTheSame()
    {
        FactEdit[] edits = [new("cat", "the {} sat on", "a hat")];
        var first = _editor.Edit(edits, 0, Texts, null, CancellationToken.None);
        var alive = LiveTensors.Settle();

        var second = _editor.Edit(edits, 0, Texts, null, CancellationToken.None);
        _editor.Locate(edits, CancellationToken.None);

        Assert.Equal(alive, LiveTensors.Settle());
        Assert.Equal(first.Values.ToArray(), second.Values.ToArray());
    }

    [Fact]
    public void Write_EditedFolder_ServesTheEditAndUndoGivesTheBytesBack()
    {
        File.WriteAllText(_tiny.FilePath("README.md"), "# A card\n");
        FactEdit[] edits = [new("cat", "see the {}", "the") { Neighbours = ["see the dog at"], Paraphrases = ["where is the {}? At"] }];
        var edited = _editor.Edit(edits, 1, Texts, null, CancellationToken.None);

        var record = EditedModelFolder.Write(_model, _editor.Network, edited, edits, _folder.File("edited"));
        EditedModelFolder.Undo(_folder.File("edited"), _folder.File("undone"));

        using (var model = TextModel.Open(_folder.File("edited")))
        using (var session = new OnnxCausalModel(model))
        {
            Assert.Equal(record.Sha256, model.Sha256);
            Assert.NotEqual(_model.Sha256, model.Sha256);
            using var pass = session.Run(new TokenBatch([model.Tokenizer.Encode("see the cat")]), null, false, null, CancellationToken.None);
            var logits = pass.Logits(0, 0).ToArray();
            Assert.Equal(model.Tokenizer.Encode(" the")[0], Array.IndexOf(logits, logits.Max()));
            pass.Cache.Dispose();
        }

        Assert.Contains("| cat |", File.ReadAllText(Path.Combine(_folder.File("edited"), "README.md")), StringComparison.Ordinal);
        AssertSameFolder(_tiny.FolderPath, _folder.File("undone"));
        Assert.Equal(["edited", "undone"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Undo_EditOfAnEdit_GoesBackOneByOne()
    {
        Write(_model, _editor, new FactEdit("cat", "see the {} at", "home"), "first");
        using (var model = TextModel.Open(_folder.File("first")))
        using (var editor = new FactEditor(model, new EditOptions()))
            Write(model, editor, new FactEdit("cat", "the {} ate", "it"), "second");

        EditedModelFolder.Undo(_folder.File("second"), _folder.File("back"));
        EditedModelFolder.Undo(_folder.File("back"), _folder.File("start"));

        AssertSameFolder(_folder.File("first"), _folder.File("back"));
        AssertSameFolder(_tiny.FolderPath, _folder.File("start"), except: "README.md");
    }

    [Fact]
    public void Undo_ModelWithoutEdits_SaysSo() => Assert.Equal(
        EditError.NothingToUndo, Assert.Throws<EditException>(() => EditedModelFolder.Undo(_tiny.FolderPath, _folder.File("out"))).Error);

    [Fact]
    public void Undo_WeightsChangedSince_IsRefusedAndLeavesNothing()
    {
        Write(_model, _editor, new FactEdit("cat", "see the {} at", "home"), "edited");
        var path = Path.Combine(_folder.File("edited"), "model.safetensors");
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);

        var exception = Assert.Throws<EditException>(() => EditedModelFolder.Undo(_folder.File("edited"), _folder.File("out")));

        Assert.Equal(EditError.Changed, exception.Error);
        Assert.False(Directory.Exists(_folder.File("out")));
    }

    [Fact]
    public void Write_FolderThatHasSomething_IsRefused()
    {
        Directory.CreateDirectory(_folder.File("taken"));
        File.WriteAllText(Path.Combine(_folder.File("taken"), "file"), "");

        var exception = Assert.Throws<EditException>(() => Write(_model, _editor, new FactEdit("cat", "see the {} at", "home"), "taken"));

        Assert.Equal(EditError.OutputExists, exception.Error);
    }

    [Fact]
    public void Write_HalfPrecision_KeepsTheFilesType()
    {
        _tiny.Rewrite(tensor => tensor with { Type = ElementType.BF16, Write = Rounded(tensor) });
        using var model = _tiny.Open();
        using var editor = new FactEditor(model, new EditOptions());

        Write(model, editor, new FactEdit("cat", "see the {} at", "home"), "edited");
        EditedModelFolder.Undo(_folder.File("edited"), _folder.File("undone"));

        AssertSameFolder(_tiny.FolderPath, _folder.File("undone"), except: "README.md");
    }

    public void Dispose()
    {
        _editor.Dispose();
        _model.Dispose();
        _tiny.Dispose();
        _folder.Dispose();
    }

    private static Action<Stream> Rounded(TensorSource tensor)
    {
        using var stream = new MemoryStream();
        tensor.Write(stream);
        var floats = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(stream.ToArray()).ToArray();
        return TensorSource.FromFloats(tensor.Name, ElementType.BF16, tensor.Shape, () => floats).Write;
    }

    private void Write(TextModel model, FactEditor editor, FactEdit edit, string name)
    {
        var edited = editor.Edit([edit], 0, Texts, null, CancellationToken.None);
        EditedModelFolder.Write(model, editor.Network, edited, [edit], _folder.File(name));
    }

    private static void AssertSameFolder(string expected, string actual, string? except = null)
    {
        var files = Files(expected);
        Assert.Equal(files, Files(actual));
        foreach (var file in files) Assert.Equal(File.ReadAllBytes(Path.Combine(expected, file)), File.ReadAllBytes(Path.Combine(actual, file)));

        List<string> Files(string folder) =>
            [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)).Where(name => name != except).Order(StringComparer.Ordinal)];
    }
}
