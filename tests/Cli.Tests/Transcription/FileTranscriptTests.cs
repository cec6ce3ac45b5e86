using Attune.Adaptation;
using Attune.Evaluation;
using static Attune.Cli.Tests.Transcription.Transcripts;

namespace Attune.Cli.Tests.Transcription;

public sealed class FileTranscriptTests
{
    [Fact]
    public void Join_TwoUtterances_JoinsTextsAndWords()
    {
        var transcript = File(null, Utterance("ON", "ONE"), Utterance("", ""), Utterance("TWO", "TWO", start: 4));

        Assert.Equal("ON TWO", transcript.Draft);
        Assert.Equal("ONE TWO", transcript.Final);
        Assert.Equal([0, 4], transcript.Words.Select(word => word.Start.TotalSeconds));
        Assert.Null(transcript.DraftErrors);
    }

    [Fact]
    public void Join_DifferentSteps_TakesTheMostAndWeighsLossesByDuration()
    {
        var transcript = File(
            null,
            Utterance("A", "A", duration: 3, steps: 10, before: 1, after: 0.5),
            Utterance("B", "B", duration: 1, steps: 4, before: 2, after: 1.5),
            Utterance("C", "C", duration: 9, steps: 0, before: null, after: null, outcome: AdaptationOutcome.BudgetSpent));

        Assert.Equal(10, transcript.Steps);
        Assert.Equal(1.25, transcript.LossBefore!.Value, 12);
        Assert.Equal(0.75, transcript.LossAfter!.Value, 12);
        Assert.Equal(AdaptationOutcome.Adapted, transcript.Outcome);
    }

    [Fact]
    public void Join_NothingAdapted_GivesTheFirstReasonAndNoLoss()
    {
        var transcript = File(
            null,
            Utterance("A", "A", steps: 0, before: null, after: null, outcome: AdaptationOutcome.DraftAllBlank),
            Utterance("B", "B", steps: 0, before: null, after: null, outcome: AdaptationOutcome.BudgetSpent));

        Assert.Equal(AdaptationOutcome.DraftAllBlank, transcript.Outcome);
        Assert.Equal(0, transcript.Steps);
        Assert.Null(transcript.LossBefore);
    }

    [Fact]
    public void Errors_Reference_CountsOverTheWholeFile()
    {
        var transcript = File("one two", Utterance("ON", "ONE"), Utterance("TWO", "TWO"));

        Assert.Equal(new ErrorRate(1, 2), transcript.DraftErrors);
        Assert.Equal(new ErrorRate(0, 2), transcript.FinalErrors);
    }
}
