using System.CommandLine;
using Attune.Streaming;

var root = new RootCommand(
    """
    Measures live streams and single requests. Run from the repository's root.

    Examples:
      dotnet run -c Release --project load-tests/Streaming -- latency --streams 1 4 --steps 0 10 --budget 1
      dotnet run -c Release --project load-tests/Streaming -- budgets --manifest my/test.jsonl --load 0.7
      dotnet run -c Release --project load-tests/Streaming -- drafts --turns 10
      dotnet run -c Release --project load-tests/Streaming -- mixed --text-model my-gpt2 --texts book.txt
      dotnet run -c Release --project load-tests/Streaming -- end-pointing --manifest my/test.jsonl --noise noises
      dotnet run -c Release --project load-tests/Streaming -- curves --out load-tests/Streaming/RESULTS.md
    """)
{
    LatencyCommand.Create(args), BudgetCommand.Create(args), DraftsCommand.Create(args), CostCommand.Create(args), EndPointingCommand.Create(args), SoakCommand.Create(args),
    DomainsCommand.Create(args), CurvesCommand.Create(args), MixedCommand.Create(args),
};
return await root.Parse(args).InvokeAsync();
