using Attune.Server.Configuration;
using Microsoft.Extensions.Configuration;

namespace Attune.Server.Tests.Configuration;

public class OptionSectionsTests
{
    [Theory]
    [InlineData("Recognition:Onnx:Threads", "3")]
    [InlineData("recognition:model", "elsewhere")]
    [InlineData("Adaptation:Fast:Parameters", "top-4")]
    [InlineData("Adaptation:Fast:LearningRate", "1")]
    [InlineData("Adaptation:Fast:Objective", "sgem")]
    [InlineData("Adaptation:Threads:QueueCapacity", "1")]
    [InlineData("Adaptation:Slow:Strategy", "dsuta-fixed")]
    [InlineData("Adaptation:Slow:FastSteps", "0")]
    [InlineData("Adaptation:Gate:Enabled", "false")]
    [InlineData("Serving:MaxMessageBytes", "65536")]
    [InlineData("Serving:ShutdownTimeout", "00:00:00")]
    public void Check_GoodValue_Passes(string key, string value) => Check((key, value));

    [Theory]
    [InlineData("Audio:MaxLength", "Audio:MaxLength is not a setting. Audio has MaxDuration, FfmpegPath, DecoderTimeout.")]
    [InlineData("Recognition:Modle", "Recognition:Modle is not a setting. Recognition has Model, MaxUtterance, Onnx, Decoding, EndPointing, Streaming.")]
    [InlineData("Recognition:Onnx:Thread", "Recognition:Onnx:Thread is not a setting.")]
    [InlineData("Recognition:Model:Path", "Recognition:Model:Path is not a setting. Recognition:Model takes one value.")]
    [InlineData("Adaptation:Fats:Steps", "Adaptation:Fats is not a setting. Adaptation has Fast, Threads, Slow, Gate, Collapse.")]
    [InlineData("Adaptation:Fast:Step", "Adaptation:Fast:Step is not a setting.")]
    [InlineData("Adaptation:Threads:Count", "Adaptation:Threads:Count is not a setting.")]
    [InlineData("Serving:Max", "Serving:Max is not a setting. Serving has MaxConcurrentRequests, MaxMessageBytes, WebUrl, WebOrigins, ShutdownTimeout, Streams.")]
    public void Check_UnknownKey_NamesItAndTheKnownOnes(string key, string message) => AssertProblem(key, "1", message);

    [Theory]
    [InlineData("Audio:MaxDuration", "00:00:00", "between 00:00:01 and 1.00:00:00")]
    [InlineData("Audio:FfmpegPath", "", "required")]
    [InlineData("Audio:DecoderTimeout", "02:00:00", "between 00:00:01 and 01:00:00")]
    [InlineData("Recognition:Model", "", "required")]
    [InlineData("Recognition:MaxUtterance", "00:00:01", "between 00:00:02 and 00:02:00")]
    [InlineData("Recognition:Onnx:Threads", "257", "between 0 and 256")]
    [InlineData("Recognition:Decoding:BeamWidth", "0", "between 1 and 1024")]
    [InlineData("Recognition:Decoding:LanguageModelWeight", "-1", "between 0 and 10")]
    [InlineData("Recognition:Decoding:WordBonus", "11", "between -10 and 10")]
    [InlineData("Recognition:Decoding:UnknownWord", "1", "between -100 and 0")]
    [InlineData("Recognition:Decoding:Temperature", "0", "between 0.1 and 10")]
    [InlineData("Recognition:Decoding:DomainShare", "2", "between 0 and 1")]
    [InlineData("Adaptation:Fast:Steps", "101", "between 0 and 100")]
    [InlineData("Adaptation:Fast:LearningRate", "0", "between 0 exclusive and 1")]
    [InlineData("Adaptation:Fast:Parameters", "top-0", "one of layer-norm, suta, top-K (K from 1)")]
    [InlineData("Adaptation:Fast:Objective", "tent", "one of suta, sgem")]
    [InlineData("Adaptation:Threads:Workers", "-1", "between 0 and 256")]
    [InlineData("Adaptation:Threads:ThreadsPerWorker", "1000", "between 0 and 256")]
    [InlineData("Adaptation:Threads:MaxBatch", "65", "between 1 and 64")]
    [InlineData("Adaptation:Threads:QueueCapacity", "0", "between 1 and 100000")]
    [InlineData("Adaptation:Slow:Strategy", "dsuta-best", "one of none, suta, csuta")]
    [InlineData("Adaptation:Slow:FastSteps", "101", "between 0 and 100")]
    [InlineData("Adaptation:Slow:UtterancesPerUpdate", "0", "between 1 and 100")]
    [InlineData("Adaptation:Slow:ResetWindow", "5", "between 6 and 10000")]
    [InlineData("Adaptation:Slow:ResetThreshold", "0", "between 0 exclusive and 100")]
    [InlineData("Adaptation:Slow:ResetPatience", "0", "between 1 and 100")]
    [InlineData("Adaptation:Slow:ResetEvery", "0", "between 1 and 1000000")]
    [InlineData("Adaptation:Gate:HeldBack", "101", "between 0 and 100")]
    [InlineData("Adaptation:Gate:MaxLossRise", "-1", "between 0 and 10")]
    [InlineData("Adaptation:Gate:MaxHeldBackLossRise", "11", "between 0 and 10")]
    [InlineData("Adaptation:Gate:MinSimilarity", "1.1", "between 0 and 1")]
    [InlineData("Adaptation:Collapse:MaxBlankRatio", "0", "between 0 exclusive and 1")]
    [InlineData("Adaptation:Collapse:MinEntropyNats", "11", "between 0 and 10")]
    [InlineData("Adaptation:Collapse:MaxEntropyShare", "2", "between 0 exclusive and 1")]
    [InlineData("Adaptation:Collapse:RepetitionsFrom", "1", "between 2 and 1000")]
    [InlineData("Adaptation:Collapse:MaxDrift", "0", "between 0 exclusive and 100")]
    [InlineData("Adaptation:Collapse:Window", "0", "between 1 and 10000")]
    [InlineData("Adaptation:Collapse:MaxAge", "00:00:00", "between 00:00:01 and 1.00:00:00")]
    [InlineData("Adaptation:Collapse:MinSigns", "0", "between 1 and 10000")]
    [InlineData("Adaptation:Collapse:MinShare", "0", "between 0 exclusive and 1")]
    [InlineData("Serving:MaxConcurrentRequests", "0", "between 1 and 10000")]
    [InlineData("Serving:MaxMessageBytes", "1000", "between 65536 and 1073741824")]
    [InlineData("Serving:ShutdownTimeout", "02:00:00", "between 00:00:00 and 01:00:00")]
    public void Check_BadValue_NamesKeyRuleAndValue(string key, string value, string rule) => AssertProblem(key, value, key, rule, $"Given: '{value}'.");

    [Theory]
    [InlineData("Serving:MaxMessageBytes", "much", "System.Int32")]
    [InlineData("Recognition:Onnx:PackWeights", "perhaps", "System.Boolean")]
    [InlineData("Recognition:MaxUtterance", "a while", "System.TimeSpan")]
    public void Check_ValueOfAnotherType_NamesKeyValueAndType(string key, string value, string type) => AssertProblem(key, value, key, value, type);

    [Fact]
    public void Check_SeveralProblems_ListsAll()
    {
        var exception = Assert.Throws<ConfigurationException>(
            () => Check(("Recognition:Modle", "x"), ("Recognition:Onnx:Threads", "many"), ("Serving:MaxConcurrentRequests", "0")));

        Assert.Equal(3, exception.Problems.Count);
    }

    private static void AssertProblem(string key, string value, params string[] words)
    {
        var exception = Assert.Throws<ConfigurationException>(() => Check((key, value)));

        var problem = Assert.Single(exception.Problems);
        Assert.All(words, word => Assert.Contains(word, problem, StringComparison.Ordinal));
    }

    private static void Check(params (string Key, string Value)[] settings) => OptionSections.Check(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(item => item.Key, item => (string?)item.Value)).Build());
}
