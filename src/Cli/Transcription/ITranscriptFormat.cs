namespace Attune.Cli.Transcription;

/// <summary>How results are written. Every text ends with a line feed, or is empty.</summary>
internal interface ITranscriptFormat
{
    /// <summary>A file that was recognised.</summary>
    string Success(FileTranscript transcript);

    /// <summary>A file that failed.</summary>
    string Failure(FileFailure failure);

    /// <summary>What all files add up to.</summary>
    string Summary(Totals totals);
}
