namespace Attune.Adaptation.Text.Editing;

/// <summary>A fact to be changed, and the prompts that tell whether it was, and what else was.</summary>
/// <remarks>Immutable. In every text but those of neighbours, <c>{}</c> stands for the subject when the edit is made.</remarks>
public sealed record FactEdit
{
    /// <summary>What stands for the subject in templates.</summary>
    public const string Placeholder = "{}";

    private static readonly string[] DefaultEssence = ["{} is a"];

    /// <param name="subject">What the fact is about; not empty.</param>
    /// <param name="prompt">A text that ends where the object would follow, without white space at its end.</param>
    /// <param name="newObject">What shall follow, without white space around it; one or several tokens.</param>
    /// <exception cref="EditException">EmptyObject, SubjectMissing, InvalidField.</exception>
    public FactEdit(string subject, string prompt, string newObject)
    {
        Subject = subject.Trim();
        RequireSubject(Subject);
        Object = newObject.Trim();
        if (Object.Length == 0) throw new EditException(EditError.EmptyObject, $"'object' must have at least one character. Given for '{Subject}': none. Say what shall follow the prompt.");
        Prompt = WithSubject("prompt", prompt, Subject);
        Essence = DefaultEssence;
    }

    /// <summary>What the fact is about.</summary>
    public string Subject { get; }

    /// <summary>The text that the object follows.</summary>
    public string Prompt { get; }

    /// <summary>What shall follow it, after a space.</summary>
    public string Object { get; }

    /// <summary>Other ways to say the prompt: the new object must follow them too.</summary>
    /// <exception cref="EditException">SubjectMissing, InvalidField.</exception>
    public IReadOnlyList<string> Paraphrases
    {
        get;
        init => field = [.. value.Select(text => WithSubject("paraphrases", text, Subject))];
    } = [];

    /// <summary>Prompts about other subjects that resemble this one: what follows them must stay.</summary>
    /// <exception cref="EditException">InvalidField.</exception>
    public IReadOnlyList<string> Neighbours
    {
        get;
        init => field = [.. value.Select(text => Checked("neighbours", text.Replace(Placeholder, Subject, StringComparison.Ordinal)))];
    } = [];

    /// <summary>Prompts about anything else, also about other properties of the subject: what follows them must stay.</summary>
    /// <exception cref="EditException">InvalidField.</exception>
    public IReadOnlyList<string> Unrelated
    {
        get;
        init => field = [.. value.Select(text => Checked("unrelated", text.Replace(Placeholder, Subject, StringComparison.Ordinal)))];
    } = [];

    /// <summary>
    /// Prompts about what the subject is; what follows them is held while the new value is sought (ROME's essence). Default: <c>{} is a</c>. None: nothing is held.
    /// </summary>
    /// <exception cref="EditException">SubjectMissing, InvalidField.</exception>
    public IReadOnlyList<string> Essence
    {
        get;
        init => field = [.. value.Select(text => WithSubject("essence", text, Subject))];
    }

    /// <summary>A prompt with the subject in its place.</summary>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="text">The prompt or template.</param>
    /// <param name="subject">The subject.</param>
    /// <exception cref="EditException">SubjectMissing, InvalidField.</exception>
    public static string WithSubject(string name, string text, string subject)
    {
        RequireSubject(subject);
        var filled = Checked(name, text.Replace(Placeholder, subject, StringComparison.Ordinal));
        if (filled.Contains(subject, StringComparison.Ordinal)) return filled;
        throw new EditException(
            EditError.SubjectMissing,
            $"'{name}' must contain the subject '{subject}', letter for letter, or {Placeholder} in its place. Given: '{text}'. Correct one of them.");
    }

    private static void RequireSubject(string subject)
    {
        if (subject.Length == 0) throw new EditException(EditError.InvalidField, "'subject' must have at least one character. Given: none. Name what the fact is about.");
    }

    private static string Checked(string name, string text)
    {
        if (text.Length > 0 && !char.IsWhiteSpace(text[^1])) return text;
        throw new EditException(
            EditError.InvalidField, $"'{name}' must have text, and no white space at its end: the object follows after a space. Given: '{text}'.");
    }
}
