using Attune.Adaptation.Network;
using Attune.Adaptation.Text;
using Attune.Adaptation.Text.Editing;
using Attune.Adaptation.Text.Training;
using Attune.Text;

namespace Attune.Facts;

/// <summary>Edits the same facts in several ways and tells, of each, reliability, generality and locality with intervals over facts.</summary>
internal sealed class Comparison(TextEngine engine, IReadOnlyList<FactEdit> edits, IReadOnlyList<string> otherPrompts, ComparisonOptions options, Action<string> log)
{
    private const int AnswerTokens = 8, OrdinaryTexts = 160;

    public void Run(string folder)
    {
        var model = engine.Model;
        using var editor = new FactEditor(model, options.Editing);
        var texts = EditTexts.Write(engine, options.Prefixes, OrdinaryTexts, seed: 12, CancellationToken.None);
        CausalExample[] answers = [.. OwnTexts.Answer(engine, otherPrompts, AnswerTokens, CancellationToken.None).Select(own => CausalExample.OfAnswer(model, own.Prompt, own.Answer, own.IsWhole))];
        var measurement = new EditMeasurement(editor.Network, model.Tokenizer);
        var tuning = new FineTuning(model, folder, options.Rate, options.Steps);
        var layer = options.Layer ?? editor.Locate(edits, CancellationToken.None);
        log(FormattableString.Invariant($"{edits.Count} facts, layer {layer}; fine-tuning at {options.Rate} for {options.Steps} steps; {answers.Length} own answers, {options.ReplayRatio} for each fact\n"));
        log(FiguresTable.Header);
        OneByOne("fine-tuning, one fact", edit => tuning.Learn([edit], [], 1));
        OneByOne("fine-tuning with replay, one fact", edit => tuning.Learn([edit], answers, options.ReplayRatio));
        OneByOne("ROME, one fact", edit => editor.Edit([edit], layer, texts, null, CancellationToken.None).ToParameters());
        Together("fine-tuning, all facts", () => tuning.Learn(edits, [], 1));
        Together("fine-tuning with replay, all facts", () => tuning.Learn(edits, answers, options.ReplayRatio));
        Together("MEMIT, all facts", () => editor.Edit(edits, layer, texts, null, CancellationToken.None).ToParameters());

        void OneByOne(string way, Func<FactEdit, ParameterTensors> change)
        {
            if (!way.Contains(options.Ways, StringComparison.Ordinal)) return;
            log(FiguresTable.Row(way, [.. edits.Select(edit =>
            {
                using var after = change(edit);
                return measurement.Measure(edit, after);
            })]));
        }

        void Together(string way, Func<ParameterTensors> change)
        {
            if (!way.Contains(options.Ways, StringComparison.Ordinal)) return;
            using var after = change();
            log(FiguresTable.Row(way, [.. edits.Select(edit => measurement.Measure(edit, after))]));
        }
    }
}
