using Attune.Adaptation;
using Attune.Cli.Transcription;
using static Attune.Cli.Tests.Transcription.Transcripts;

namespace Attune.Cli.Tests.Transcription;

public sealed class TextFormatTests
{
    private readonly TextFormat _format = new(new Ink(HasColor: false), words: false);

    [Fact]
    public void Success_Reference_ShowsEverything()
    {
        var text = _format.Success(File("ONE TWO", Utterance("ON TWO", "ONE TWO")));

        Assert.Equal(
            """
            a.wav  2.0 s
              reference   ONE TWO
              draft       ON TWO
              final       ONE TWO
              changed     [-ON-]{+ONE+} TWO
              WER         50.0 % (1/2) -> 0.0 % (0/2)
              adaptation  adapted, 10 steps, loss 0.5000 -> 0.2500
              time        1.00 s, 0.50 x real time


            """.ReplaceLineEndings("\n"),
            text);
    }

    [Fact]
    public void Success_NothingRecognised_SaysSo()
    {
        var text = _format.Success(File(null, Utterance("", "", steps: 0, before: null, after: null, outcome: AdaptationOutcome.DraftAllBlank)));

        Assert.Contains("final       (nothing)", text, StringComparison.Ordinal);
        Assert.Contains("none: the draft is all blank\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("WER", text, StringComparison.Ordinal);
        Assert.DoesNotContain("changed", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Success_LossIsNaN_SaysSo()
    {
        var text = _format.Success(File(null, Utterance("A", "A", steps: 1, after: double.NaN, outcome: AdaptationOutcome.Diverged)));

        Assert.Contains("refused: the loss rose, 1 step, loss 0.5000 -> not a number", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Success_SeveralUtterances_CountsOutcomes()
    {
        var text = _format.Success(File(
            null,
            Utterance("A", "A", stoppedByBudget: true),
            Utterance("B", "B", steps: 0, before: null, after: null, outcome: AdaptationOutcome.BudgetSpent)));

        Assert.Contains(
            "adapted (1 of 2 utterances); none: no step fitted into the budget (1 of 2 utterances), 10 steps (budget spent)",
            text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Success_Words_ListsTimesAndConfidence()
    {
        var text = new TextFormat(new Ink(HasColor: false), words: true).Success(File(null, Utterance("ONE TWO", "ONE TWO")));

        Assert.Contains("  words          0.00 -    0.50 s  0.50  ONE\n", text, StringComparison.Ordinal);
        Assert.Contains("                 0.50 -    1.00 s  0.50  TWO\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Success_Colour_PaintsChangesWithoutMarks()
    {
        var text = new TextFormat(new Ink(HasColor: true), words: false).Success(File(null, Utterance("ON TWO", "ONE TWO")));

        Assert.Contains("\u001b[31;9mON\u001b[0m \u001b[32mONE\u001b[0m TWO", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[-", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Summary_SomeFailed_AddsUp()
    {
        var totals = new Totals()
            .With(File("ONE TWO", Utterance("ON TWO", "ONE TWO")))
            .With(File("THREE FOUR", Utterance("THREE FOR", "THREE FOR")))
            .With(File(null, Utterance("FIVE", "FIVE", duration: 60)))
            .With(new FileFailure("b.wav", "not_found", "The file does not exist."));

        Assert.Equal(
            """
            Total  3 files, 1 failed
              audio       0:01:04 h
              time        3.00 s, 0.05 x real time
              WER         50.0 % (2/4) -> 25.0 % (1/4), 2 files with a reference

            """.ReplaceLineEndings("\n"),
            _format.Summary(totals));
    }

    [Theory]
    [InlineData("not_found", ExitCode.FileFailed)]
    [InlineData("decoder_missing", ExitCode.CannotRun)]
    public void ExitStatus_Failure_TellsMissingProgramFromBadFile(string code, int status) =>
        Assert.Equal(status, new Totals().With(new FileFailure("a", code, "")).ExitStatus);
}
