using System.Text;
using Attune.Adaptation.Network;
using Attune.Text.Inference;
using Attune.Text.Tokenization;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Editing;

/// <summary>Measures what a change of parameters did to answers: reliability, generality and locality of an edit.</summary>
/// <remarks>Belongs to one thread.</remarks>
/// <param name="network">The model; not disposed.</param>
/// <param name="tokenizer">Its tokenizer.</param>
public sealed class EditMeasurement(Gpt2Network network, ITokenizer tokenizer)
{
    private const int BatchTexts = 32;

    /// <summary>Compares the model as it is with changed parameters.</summary>
    /// <param name="edit">The edit.</param>
    /// <param name="after">The changed parameters.</param>
    /// <exception cref="Attune.Text.TextException">InvalidUnicode, TooLong.</exception>
    public EditFigures Measure(FactEdit edit, ParameterTensors after)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var target = Target(tokenizer, edit);
        string[] texts = [edit.Prompt, .. edit.Paraphrases, .. edit.Neighbours, .. edit.Unrelated];
        IReadOnlyList<int>[] prompts = [.. texts.Select(tokenizer.Encode)];
        var (old, changed) = (Answer(null, prompts, target.Count), Answer(after, prompts, target.Count));
        var paraphrases = 1 + edit.Paraphrases.Count;
        var neighbours = paraphrases + edit.Neighbours.Count;
        return new EditFigures(
            edit.Subject,
            edit.Object,
            Spell(old.Tokens[0]),
            Spell(changed.Tokens[0]),
            Probability(null, prompts[0], target),
            Probability(after, prompts[0], target),
            changed.Tokens[0].SequenceEqual(target),
            edit.Paraphrases.Count,
            changed.Tokens[1..paraphrases].Count(tokens => tokens.SequenceEqual(target)),
            Kept(old, changed, paraphrases..neighbours),
            Kept(old, changed, neighbours..prompts.Length));
    }

    /// <summary>Tokens of the new object as they follow the prompt.</summary>
    internal static IReadOnlyList<int> Target(ITokenizer tokenizer, FactEdit edit) => tokenizer.Encode(" " + edit.Object);

    private static KeptAnswers Kept(Answers old, Answers changed, Range range)
    {
        var (offset, count) = range.GetOffsetAndLength(old.Tokens.Length);
        if (count == 0) return new KeptAnswers(0, 0, 0);
        var kept = Enumerable.Range(offset, count).Count(i => old.Tokens[i].SequenceEqual(changed.Tokens[i]));
        var (before, after) = (old.LogProbabilities.narrow(0, offset, count), changed.LogProbabilities.narrow(0, offset, count));
        var divergence = (before.exp() * before.Minus(after)).sum(-1).to(ScalarType.Float64).mean().item<double>();
        return new KeptAnswers(count, kept, Math.Max(0, divergence));
    }

    private Answers Answer(ParameterTensors? parameters, IReadOnlyList<int>[] prompts, int tokens)
    {
        var answers = prompts.Select(_ => new List<int>()).ToArray();
        var first = new List<Tensor>();
        foreach (var rows in Enumerable.Range(0, prompts.Length).Chunk(BatchTexts))
        {
            for (var step = 0; step < tokens; step++)
            {
                using var scope = NewDisposeScope();
                var batch = new TokenBatch([.. rows.Select(row => (IReadOnlyList<int>)[.. prompts[row], .. answers[row]])]);
                var next = NextToken.LogProbabilities(network.Forward(parameters, batch), batch); // (N, V)
                foreach (var (row, token) in rows.Zip(next.argmax(-1).cpu().data<long>().ToArray())) answers[row].Add((int)token);
                if (step == 0) first.Add(next.MoveToOuterDisposeScope());
            }
        }

        return new Answers(answers, cat(first, 0));
    }

    private double Probability(ParameterTensors? parameters, IReadOnlyList<int> prompt, IReadOnlyList<int> target)
    {
        using var scope = NewDisposeScope();
        var batch = new TokenBatch([[.. prompt, .. target]]);
        return Math.Exp(NextTokenObjective.LogProbabilities(network.Forward(parameters, batch), batch, [prompt.Count]).sum().item<float>());
    }

    private string Spell(IEnumerable<int> tokens) => Encoding.UTF8.GetString(tokenizer.Bytes(tokens)).Trim();

    /// <param name="Tokens">The most probable tokens after each prompt.</param>
    /// <param name="LogProbabilities">Of the first of them, shape (prompts, V).</param>
    private sealed record Answers(List<int>[] Tokens, Tensor LogProbabilities);
}
