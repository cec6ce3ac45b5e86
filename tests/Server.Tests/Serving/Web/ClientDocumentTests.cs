using System.Diagnostics;
using System.Text.RegularExpressions;
using Attune.Server.Tests.Domains;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Attune.Server.Tests.Serving.Web;

/// <summary>The lines of docs/clients.md work as they stand.</summary>
public sealed partial class ClientDocumentTests(ClientDocumentTests.Fixture fixture) : IClassFixture<ClientDocumentTests.Fixture>
{
    private const string Sample = "samples/digits-clean-1.wav", GrpcAddress = "http://127.0.0.1:5190", WebAddress = "http://127.0.0.1:5191";

    private static readonly string Document = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "clients.md"));

    public static TheoryData<string> ShellLines => Blocks("sh");

    public static TheoryData<string> PythonScripts => Blocks("python");

    public static TheoryData<string> JavaScripts => Blocks("js");

    public static TheoryData<string> GrpcurlLines => [.. Texts("grpcurl").SelectMany(text => text.TrimEnd().Split('\n'))];

    [Theory]
    [MemberData(nameof(ShellLines))]
    public async Task Curl_AsWritten_IsAnswered(string line)
    {
        await fixture.TeachAsync();

        var output = await Fixture.RunAsync("bash", ["-o", "pipefail", "-c", fixture.Addressed(line)], endless: line.Contains("-sSN", StringComparison.Ordinal));

        Assert.StartsWith("{", output, StringComparison.Ordinal);
        if (line.Contains("recognize", StringComparison.Ordinal)) Assert.Contains(Heard, output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(PythonScripts))]
    public async Task Python_AsWritten_PrintsTheWords(string script) =>
        Assert.Contains(Heard, await Fixture.RunAsync("python3", ["-c", fixture.Addressed(script)]), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(JavaScripts))]
    public async Task JavaScript_AsWritten_PrintsTheWords(string script)
    {
        string[] options = script.Contains("WebSocket", StringComparison.Ordinal) ? ["--experimental-websocket"] : []; // has been there by itself since version 22

        var output = await Fixture.RunAsync("node", [.. options, "--input-type=module", "-e", fixture.Addressed(script)]);

        Assert.Contains(Heard, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CSharp_AsWritten_PrintsTheWords()
    {
        var source = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "tests", "Server.Tests", "Serving", "Web", "ClientSnippets.cs"));
        var written = Marked().Matches(source).Select(match => string.Join('\n', match.Groups["lines"].Value.TrimEnd().Split('\n').Select(line => line.Length > 8 ? line[8..] : line)) + "\n");
        using var recognized = new StringWriter();
        using var streamed = new StringWriter();

        await ClientSnippets.RecognizeAsync(fixture.Server.Url, RepositoryFiles.Sample("digits-clean-1.wav"), recognized);
        await ClientSnippets.StreamAsync(fixture.Server.Url, RepositoryFiles.Sample("digits-clean-1.wav"), streamed);

        Assert.Equal(Texts("csharp").Select(text => text.Replace($"\"{GrpcAddress}\"", "server", StringComparison.Ordinal).Replace($"\"{Sample}\"", "file", StringComparison.Ordinal)), written);
        Assert.Contains(Heard, recognized.ToString(), StringComparison.Ordinal);
        Assert.Contains(Heard, streamed.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(GrpcurlLines))]
    public void Grpcurl_AsWritten_NamesWhatIsThere(string line)
    {
        FileDescriptor[] files = [V1.SpeechReflection.Descriptor, V1.AdaptationReflection.Descriptor, V1.CheckpointsReflection.Descriptor, V1.TextReflection.Descriptor, Grpc.Health.V1.HealthReflection.Descriptor];
        var services = files.SelectMany(file => file.Services).ToDictionary(service => service.FullName);
        var parts = GrpcurlLine().Match(line);
        Assert.True(parts.Success, line);
        if (parts.Groups["verb"].Success)
        {
            Assert.True(!parts.Groups["symbol"].Success || services.ContainsKey(parts.Groups["symbol"].Value), line);
            return;
        }

        var method = services[parts.Groups["service"].Value].FindMethodByName(parts.Groups["method"].Value);
        Assert.NotNull(method);
        var json = parts.Groups["quoted"].Success
            ? parts.Groups["quoted"].Value.Replace("\\\"", "\"", StringComparison.Ordinal).Replace($"$(base64 -w0 {Sample})", "AAAA", StringComparison.Ordinal)
            : parts.Groups["plain"].Value;
        if (json.Length > 0) JsonParser.Default.Parse(json, method.InputType);
    }

    [Fact]
    public void Table_Always_HasEveryPathWithItsMethod()
    {
        FileDescriptor[] files = [V1.SpeechReflection.Descriptor, V1.AdaptationReflection.Descriptor, V1.CheckpointsReflection.Descriptor, V1.TextReflection.Descriptor];
        var methods = files.SelectMany(file => file.Services).SelectMany(service => service.Methods);
        var expected =
            from method in methods
            let rule = method.GetOptions()?.GetExtension(Google.Api.AnnotationsExtensions.Http)
            where rule is not null
            select $"{rule.PatternCase.ToString().ToUpperInvariant()} {rule.Get}{rule.Post}{rule.Delete} = {method.Service.FullName}/{method.Name}";

        var actual = TableRow().Matches(Document).Select(row => $"{row.Groups["path"].Value} = {row.Groups["method"].Value}");

        Assert.Equal(expected.Order(), actual.Order());
    }

    /// <summary>Words of the sample that come out whatever the number of steps.</summary>
    private static string Heard => Samples.Transcript("digits-clean-1").Split(' ')[0];

    private static TheoryData<string> Blocks(string language) => [.. Texts(language)];

    private static IEnumerable<string> Texts(string language) =>
        Block().Matches(Document).Where(block => block.Groups["language"].Value == language).Select(block => block.Groups["text"].Value);

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"// begin\n(?<lines>.*?)        // end", RegexOptions.Singleline)]
    private static partial Regex Marked();

    [GeneratedRegex(@"^\| `(?<path>[A-Z]+ /\S+)` \| `(?<method>[\w./]+)`", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex("""^grpcurl -plaintext( -d ('(?<plain>[^']*)'|"(?<quoted>.*)"))? 127\.0\.0\.1:5190 ((?<verb>list|describe)( (?<symbol>[\w.]+))?|(?<service>[\w.]+)/(?<method>\w+))$""")]
    private static partial Regex GrpcurlLine();

    /// <summary>The server that the document starts.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

        private readonly TemporaryFolder _checkpoints = new();

        internal DomainHost Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Server = await DomainHost.StartAsync("--Serving:WebUrl", "http://127.0.0.1:0", "--Checkpoints:Folder", _checkpoints.Path);

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            _checkpoints.Dispose();
        }

        /// <summary>The domain that the document speaks of, with something to see: other lines may have deleted it.</summary>
        internal async Task TeachAsync()
        {
            await Server.SayAsync(steps: 0);
            await Server.StoredAsync(DomainHost.Line, 1);
            await Server.Domains.FreezeDomainAsync(new V1.FreezeDomainRequest { Domain = DomainHost.Line });
            await Server.Domains.FreezeDomainAsync(new V1.FreezeDomainRequest { Domain = DomainHost.Line, Unfreeze = true });
        }

        /// <summary>Text with this server's addresses.</summary>
        internal string Addressed(string text) => text
            .Replace(WebAddress, Server.WebUrl, StringComparison.Ordinal)
            .Replace(GrpcAddress, Server.Url, StringComparison.Ordinal)
            .Replace("ws://127.0.0.1:5191", Server.WebUrl.Replace("http", "ws", StringComparison.Ordinal), StringComparison.Ordinal);

        /// <summary>Runs a program in the repository's folder; skips the test if it is not installed.</summary>
        /// <param name="program">Its name.</param>
        /// <param name="arguments">What it gets.</param>
        /// <param name="endless">Whether it goes on until it is ended, which it is after its first line.</param>
        internal static async Task<string> RunAsync(string program, string[] arguments, bool endless = false)
        {
            Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program))), $"{program} is not installed.");
            var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = RepositoryFiles.Root };
            foreach (var argument in arguments) start.ArgumentList.Add(argument);
            start.Environment.Remove("ATTUNE_KEY");
            using var patience = new CancellationTokenSource(Patience);
            using var process = Process.Start(start)!;
            try
            {
                var errors = process.StandardError.ReadToEndAsync(patience.Token);
                if (endless) return await process.StandardOutput.ReadLineAsync(patience.Token) ?? Missing(await errors);
                var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
                await process.WaitForExitAsync(patience.Token);
                Assert.True(process.ExitCode == 0, $"{output}{await errors}");
                return output;
            }
            finally
            {
                if (!process.HasExited) process.Kill(entireProcessTree: true);
            }
        }

        private static string Missing(string errors)
        {
            Assert.Fail(errors);
            return "";
        }
    }
}
