namespace Attune.Adaptation.Text.Editing;

/// <summary>What an edit did to the model's answers. An answer is as many of the most probable tokens as the new object has.</summary>
/// <param name="Subject">The edited subject.</param>
/// <param name="Object">The new object.</param>
/// <param name="AnswerBefore">The answer to the edited prompt before.</param>
/// <param name="AnswerAfter">And after.</param>
/// <param name="ProbabilityBefore">Probability of the whole new object after the prompt, before the edit.</param>
/// <param name="ProbabilityAfter">And after it.</param>
/// <param name="IsReliable">Whether the prompt is answered with the new object.</param>
/// <param name="Paraphrases">Paraphrases asked.</param>
/// <param name="Followed">Those that are answered with the new object.</param>
/// <param name="Neighbours">What follows prompts about similar subjects.</param>
/// <param name="Unrelated">What follows prompts about anything else.</param>
public sealed record EditFigures(
    string Subject,
    string Object,
    string AnswerBefore,
    string AnswerAfter,
    double ProbabilityBefore,
    double ProbabilityAfter,
    bool IsReliable,
    int Paraphrases,
    int Followed,
    KeptAnswers Neighbours,
    KeptAnswers Unrelated);
