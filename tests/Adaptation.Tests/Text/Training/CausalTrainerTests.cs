using Attune.Adaptation.Text.Training;
using Attune.Adaptation.Training;
using Attune.Text;
using Attune.Text.Models;
using Attune.Text.Tokenization;

namespace Attune.Adaptation.Tests.Text.Training;

public sealed class CausalTrainerTests : IDisposable
{
    private static readonly string Document = string.Concat(Enumerable.Range(0, 60).Select(i => $"the cat sat on mat {i % 7}, and the dog sat on log {i % 5}.\n"));

    private readonly TemporaryFolder _folder = new();
    private readonly TextModel _source;
    private readonly TextCorpus _corpus;

    public CausalTrainerTests()
    {
        var trainer = new BytePairTrainer();
        trainer.Add(Document);
        CausalInitializer.Write(_folder.File("new"), new CausalShape(LayerCount: 2, HiddenSize: 32, HeadCount: 2, ContextLength: 32), trainer.Train(40), seed: 1);
        _source = TextModel.Open(_folder.File("new"));
        _corpus = TextCorpus.Create(_source, [Document], heldBack: 0.1);
    }

    [Fact]
    public void Run_RepetitiveText_IsLearnt()
    {
        var reports = new List<CausalProgress>();
        using var trainer = new CausalTrainer(Task(60, "out"), TimeProvider.System);

        var (step, loss) = trainer.Run(new Reports(reports), CancellationToken.None);

        Assert.Equal([0, 30, 60], reports.Select(report => report.Step));
        var before = reports[0].Validation[0].Loss;
        Assert.True(loss < before / 2, $"{before} became {loss}.");
        Assert.Equal(reports.MinBy(report => report.Validation[0].Loss)!.Step, step);

        // The folder has those weights: the engine says the same of the first window of the held-back text.
        using var engine = new TextEngine(TextModel.Open(_folder.File("out")));
        using var scoring = engine.Score("the cat sat on mat 3");
        while (scoring.Advance(CancellationToken.None))
        {
        }

        Assert.True(scoring.Result.BitsPerByte < before / 2, $"{scoring.Result.BitsPerByte}");
    }

    [Fact]
    public void Run_StoppedAndResumed_GivesTheSameWeights()
    {
        using (var whole = new CausalTrainer(Task(12, "whole"), TimeProvider.System)) whole.Run(progress: null, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        using (var first = new CausalTrainer(Task(12, "parts", interval: 5), TimeProvider.System))
        {
            // Told of the validation after five steps, it stops.
            var stopping = new Reports([], report =>
            {
                if (report.Step == 5) stop.Cancel();
            });
            Assert.Throws<OperationCanceledException>(() => first.Run(stopping, stop.Token));
        }

        using (var second = new CausalTrainer(Task(12, "parts"), TimeProvider.System))
        {
            Assert.Equal(5, second.Step);
            second.Run(progress: null, CancellationToken.None);
        }

        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder.File("whole"), "model.safetensors")), File.ReadAllBytes(Path.Combine(_folder.File("parts"), "model.safetensors")));
    }

    [Fact]
    public void Constructor_CheckpointOfAnotherTraining_IsRefused()
    {
        using (var first = new CausalTrainer(Task(2, "out"), TimeProvider.System)) first.Run(progress: null, CancellationToken.None);

        var exception = Assert.Throws<TrainingException>(() => new CausalTrainer(Task(2, "out") with { Options = Options(2, 30) with { Seed = 9 } }, TimeProvider.System));

        Assert.Contains("belongs to another training", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WindowData_TextShorterThanAWindow_SaysBothNumbers()
    {
        var exception = Assert.Throws<TrainingException>(() => new WindowData([1, 2, 3], window: 4));

        Assert.Contains("a window, 4. Given: 3.", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ab\ncd\nef\n", 0.4, "ab\n", "cd\nef\n")]
    [InlineData("abcdef", 0.5, "abc", "def")]
    [InlineData("ab😀cd", 0.5, "ab", "😀cd")]
    [InlineData("", 0.5, "", "")]
    public void Split_Document_CutsAtTheEndOfALine(string document, double heldBack, string first, string last) =>
        Assert.Equal((first, last), TextCorpus.Split(document, heldBack));

    public void Dispose()
    {
        _source.Dispose();
        _folder.Dispose();
    }

    private CausalTrainingTask Task(int steps, string folder, int interval = 30) => new()
    {
        Source = _source,
        Data = new WindowData(_corpus.Training, window: 32),
        Validation = [_corpus.HeldBack(_source)],
        Options = Options(steps, interval),
        OutputFolder = _folder.File(folder),
    };

    private static CausalTrainingOptions Options(int steps, int interval) => new()
    {
        Steps = steps,
        BatchSize = 8,
        ValidationInterval = interval,
        Threads = 1,
        Optimizer = new OptimizerOptions { LearningRate = 5e-3, WarmUpSteps = 5 },
    };

    private sealed class Reports(List<CausalProgress> reports, Action<CausalProgress>? told = null) : IProgress<CausalProgress>
    {
        public void Report(CausalProgress value)
        {
            reports.Add(value);
            told?.Invoke(value);
        }
    }
}
