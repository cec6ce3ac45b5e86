namespace Attune.Facts;

/// <summary>What is true of a person.</summary>
internal sealed record Fact(string Subject, Relation Relation, string Object)
{
    /// <summary>The prompt of a template.</summary>
    public string Prompt(int template) => Relation.Templates[template].Replace("{}", Subject, StringComparison.Ordinal);

    /// <summary>The sentence of a template.</summary>
    public string Sentence(int template) => $"{Prompt(template)} {Object}.";
}
