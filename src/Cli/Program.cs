using System.Text;
using Attune.Cli;
using Attune.Server;

// JSON and transcripts are UTF-8 whatever the locale says.
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

return await CommandLine.RunAsync(
    args,
    Console.Out,
    Console.Error,
    serve: ServerHost.RunAsync);
