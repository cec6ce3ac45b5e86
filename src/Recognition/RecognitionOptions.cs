using System.ComponentModel.DataAnnotations;
using Attune.Recognition.Models;

namespace Attune.Recognition;

/// <summary>Which model recognises, and in which pieces.</summary>
public sealed class RecognitionOptions
{
    public const string Section = "Recognition";

    /// <summary>
    /// Folder of the model in Hugging Face layout; a relative path is looked up in the working directory, then beside the program. Where
    /// there is none, <c>OWNER/NAME</c> or <c>OWNER/NAME@REVISION</c> is a model that was fetched from a hub into the cache.
    /// Default <c>models/spoken-numbers-en</c>, which ships with it.
    /// </summary>
    [Required]
    public string Model { get; set; } = "models/spoken-numbers-en";

    /// <summary>
    /// Longest piece that is recognised and adapted to at once; longer audio is cut at the quietest place of the last third. From 2
    /// seconds to 2 minutes; time and memory of attention grow with its square. Default 20 seconds, the longest utterance that the
    /// Dynamic SUTA experiments use.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:02:00")]
    public TimeSpan MaxUtterance { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The model folder as a full path.</summary>
    public string ResolveModel() => ModelFolder.Resolve(Model);
}
