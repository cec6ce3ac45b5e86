using System.Text;
using Attune.Text.Inference;
using Attune.Text.Models;
using Attune.Text.Tokenization;

namespace Attune.Text.Generation;

/// <summary>Continues one text. Each piece reads some tokens of the prompt, or gives one new token.</summary>
/// <remarks>Not thread-safe; the owner disposes it.</remarks>
public sealed class TextGeneration : ITextWork
{
    private readonly TokenReader _reader;
    private readonly ITokenizer _tokenizer;
    private readonly TextModelConfig _config;
    private readonly GenerationOptions _options;
    private readonly TokenSampler _sampler;
    private readonly StopStrings _stops;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _text = new();
    private readonly List<int> _unread;

    /// <param name="reader">Owned.</param>
    /// <param name="tokenizer">Spells tokens.</param>
    /// <param name="config">Of the model.</param>
    /// <param name="prompt">What is continued, at least one token and fewer than the model reads.</param>
    /// <param name="options">How.</param>
    internal TextGeneration(TokenReader reader, ITokenizer tokenizer, TextModelConfig config, IReadOnlyList<int> prompt, GenerationOptions options)
    {
        (_reader, _tokenizer, _config, _options) = (reader, tokenizer, config, options);
        _sampler = new TokenSampler(options);
        _stops = new StopStrings(options.Stop);
        _unread = [.. prompt];
        PromptTokens = prompt.Count;
    }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; }

    /// <summary>New tokens so far, the one that ends the text not counted.</summary>
    public int NewTokens { get; private set; }

    /// <summary>Sum of the log-probabilities (natural, of the model itself) of the new tokens, the one that ends the text included.</summary>
    public double LogProbability { get; private set; }

    /// <summary>Why the text ended; none while it goes on.</summary>
    public FinishReason Finish { get; private set; }

    /// <summary>New text since the last call. It comes later than its tokens where a stop string may begin in it, or a character is not complete.</summary>
    public string TakeText()
    {
        var text = _text.ToString();
        _text.Clear();
        return text;
    }

    public bool Advance(CancellationToken cancellationToken)
    {
        int[] piece = [.. _unread.Take(TextEngine.PieceTokens)];
        using var pass = _reader.Read(piece, allLogits: false, cancellationToken);
        _unread.RemoveRange(0, piece.Length);
        if (_unread.Count == 0) Append(pass.Logits(0, 0));
        return Finish == FinishReason.None;
    }

    public void Dispose() => _reader.Dispose();

    private void Append(ReadOnlySpan<float> logits)
    {
        var token = _sampler.Next(logits);
        LogProbability += logits[token] - LogSoftmax.Normalizer(logits);
        if (token == _config.EndOfTextId)
        {
            End(FinishReason.EndOfText);
            return;
        }

        NewTokens++;
        _unread.Add(token);
        _text.Append(_stops.Add(Decode(_tokenizer.Bytes(token), flush: false)));
        if (_stops.Reached) End(FinishReason.StopString);
        else if (NewTokens == _options.MaxTokens) End(FinishReason.MaxTokens);
        else if (_reader.Count + 1 > _config.ContextLength) End(FinishReason.ContextFull);
    }

    private void End(FinishReason reason)
    {
        Finish = reason;
        _text.Append(_stops.Add(Decode([], flush: true))).Append(_stops.End());
    }

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        var characters = new char[_decoder.GetCharCount(bytes, flush)];
        _decoder.GetChars(bytes, characters, flush);
        return new string(characters);
    }
}
